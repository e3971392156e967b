"""Files that each rule has to find, or to leave alone, beside its samples: tests/cases/lint/<CODE>/."""

import re
from pathlib import Path

import pytest

from toolkit.lint.registry import all_rules

CASES = Path(__file__).parents[2] / "cases/lint"
FORWARD = "migrations/versions/2_sample.up.sql"
FILES = [
    pytest.param(folder.name, file, id=f"{folder.name}-{file.stem}")
    for folder in sorted(CASES.iterdir())
    if folder.name in all_rules()
    for file in sorted(folder.glob("*.sql"))
]


def split(code, text):
    """Returns the files of a case by path; a line `-- file: <path>` begins one, the first needs none."""
    first, *parts = re.split(r"^-- file: (\S+)\n", text, flags=re.MULTILINE)
    usual = FORWARD if all_rules()[code].scope == "migration" else "sql/sample.sql"
    return ({usual: first} if first else {}) | dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize(("code", "file"), FILES)
def test_what_a_rule_finds(lint, code, file):
    found = [
        f"{finding.path}:{finding.line}:{finding.column} {finding.code}"
        for finding in lint(split(code, file.read_text()), code, "X01")
    ]
    expected = file.with_suffix(".txt")
    assert found == (expected.read_text().splitlines() if expected.exists() else [])


def test_every_rule_has_cases_of_both_kinds():
    about_comments = {"X02", "X03"}  # tests/unit/lint/test_run.py
    kinds = {}
    for code, file in (param.values for param in FILES):
        kinds.setdefault(code, set()).add(file.with_suffix(".txt").exists())
    assert {code for code, found in kinds.items() if found == {True, False}} == (
        all_rules().keys() - about_comments
    )
