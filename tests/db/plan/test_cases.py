"""Golden plans: a folder of tests/cases/plan is a change and the plan for it, which leads there and back.

before.sql and after.sql follow common.sql, where there is one. plan.txt is the plan forward as PostgreSQL 18
writes definitions; in older ones they may be spelt otherwise, but the steps are the same.
"""

from pathlib import Path

import pytest

from tests.db.plan.conftest import show

CASES = Path(__file__).parents[2] / "cases" / "plan"


def read(path):
    return path.read_text(encoding="utf-8") if path.exists() else ""


def heads(text):
    return [line for line in text.splitlines() if not line.startswith(" ")]


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_plan_is_the_expected_one_and_leads_there_and_back(case, prove):
    folder = CASES / case
    common = read(folder / "common.sql")
    plan, _ = prove.there_and_back(common + read(folder / "before.sql"), common + read(folder / "after.sql"))
    expected = read(folder / "plan.txt")
    if prove.scratch.major == 18:
        assert show(plan) == expected
    assert heads(show(plan)) == heads(expected)
