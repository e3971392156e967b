"""Golden plans: a folder of tests/cases/plan is a change and the plan for it, which leads there and back.

before.sql and after.sql follow common.sql, where there is one. plan.txt is the plan forward.
"""

import os
from pathlib import Path

import pytest

from tests.db.plan.conftest import show

CASES = Path(__file__).parents[2] / "cases" / "plan"


def read(path):
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_plan_is_the_expected_one_and_leads_there_and_back(case, prove):
    folder = CASES / case
    common = read(folder / "common.sql")
    plan, _ = prove(common + read(folder / "before.sql"), common + read(folder / "after.sql"))
    if "REWRITE" in os.environ:
        (folder / "plan.txt").write_text(show(plan))
    assert show(plan) == read(folder / "plan.txt")
