"""The documentation builds, names what there is, and its links lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_documentation_builds_strictly(tmp_path):
    """Every page is in the navigation, every link and anchor leads somewhere."""
    command = [Path(sys.executable).with_name("mkdocs"), "build", "--strict", "--site-dir", tmp_path / "site"]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site/index.html").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page):
    text = page.read_text(encoding="utf-8")
    missing = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert not missing


def test_every_variable_is_documented():
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "toolkit").rglob("*.py"))
    variables = set(re.findall(r'"(TOOLKIT_[A-Z_]+|DATABASE_URL)"', code))
    assert variables >= {"DATABASE_URL", "TOOLKIT_SCRATCH_URL"}
    assert not {variable for variable in variables if f"| `{variable}` |" not in page}
