"""The page of benchmark results is made of what the benchmarks said, part by part."""

import platform
from pathlib import Path

from tests.benchmarks.page import HEAD, Result, describe_machine, write_page

PAGE = Path(__file__).parents[2] / "docs/benchmarks.md"
LINT = Result(
    "tests/benchmarks/test_lint_speed.py::test_tree[1000]", "Linting.", "ours | theirs: 0.5 x\n  more"
)
PLAN = Result("tests/benchmarks/test_plan_speed.py::test_plan", "Planning.", "slope 1.0")


def test_each_figure_has_the_command_that_prints_it_beside_it():
    page = write_page("", [LINT], "2 cores")
    assert page.startswith("# Benchmarks\n")
    assert "## lint_speed\n\nLinting.\n\nMeasured on 2 cores." in page
    command = (
        '.venv/bin/python -m pytest -m benchmark -sq "tests/benchmarks/test_lint_speed.py::test_tree[1000]"'
    )
    assert f"| ours \\| theirs: 0.5 x<br>more | `{command}` |" in page


def test_parts_that_did_not_run_stay():
    old = write_page("", [LINT, PLAN], "2 cores")
    assert old == write_page(old, [PLAN], "2 cores")
    new = write_page(old, [PLAN._replace(text="slope 0.9")], "4 cores")
    assert "slope 1.0" not in new
    assert "slope 0.9" in new
    assert new.split("## plan_speed")[0] == old.split("## plan_speed")[0]


def test_the_page_is_one_that_the_command_wrote():
    page = PAGE.read_text(encoding="utf-8")
    assert page == write_page(page, [], "")
    assert page.startswith(HEAD)


def test_every_benchmark_reports_to_the_page():
    folder = Path(__file__).parents[1] / "benchmarks"
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("test_*.py")}
    assert texts
    assert not [name for name, text in texts.items() if "capsys" in text], "Print by the fixture `report`."


def test_the_machine_is_described_without_its_name(monkeypatch):
    monkeypatch.setattr(platform, "node", lambda: "name-of-a-machine")
    said = describe_machine()
    assert "cores" in said
    assert f"Python {platform.python_version()}" in said
    assert "name-of-a-machine" not in said
