"""Golden plans: a folder of tests/cases/plan is a change and the plan for it, which leads there and back.

before.sql and after.sql follow common.sql, where there is one. plan.txt is the plan forward as PostgreSQL 18
writes definitions; in older ones they may be spelt otherwise, but the steps are the same.
"""

from pathlib import Path

import pytest

from tests.db.plan.conftest import show
from toolkit.plan.alteration import Mode

CASES = Path(__file__).parents[2] / "cases" / "plan"
NAMES = sorted(path.name for path in CASES.iterdir())


def read(path):
    return path.read_text(encoding="utf-8") if path.exists() else ""


def heads(text):
    return [line for line in text.splitlines() if not line.startswith(" ")]


def states(case):
    common = read(CASES / case / "common.sql")
    return [common + read(CASES / case / f"{name}.sql") for name in ("before", "after")]


@pytest.mark.parametrize("case", NAMES)
def test_plan_is_the_expected_one_and_leads_there_and_back(case, prove):
    plan, _ = prove.there_and_back(*states(case))
    expected = read(CASES / case / "plan.txt")
    if prove.scratch.major == 18:
        assert show(plan) == expected
    assert heads(show(plan)) == heads(expected)


@pytest.mark.parametrize("case", NAMES)
def test_way_back_can_be_steps_that_are_safe_to_run_again(case, prove_on_18):
    prove_on_18.there_and_back(*states(case), Mode.STEPS)
