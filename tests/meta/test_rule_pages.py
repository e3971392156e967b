"""The pages of the lint rules are those that the rules' docstrings make."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_pages_are_up_to_date():
    made = runpy.run_path(str(ROOT / "tools/rule_pages.py"))["pages"]()
    there = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs/lint").glob("*.md")}
    assert there == made, "Run: .venv/bin/python tools/rule_pages.py"
