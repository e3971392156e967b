"""Objects of every kind made from nothing, each of them changed, and all of it taken back."""

import pytest

from tests.db.catalog.test_dump import CASES, SEEN, ZOO

CIRCLES = (CASES / "circles.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize("statements", [ZOO, CIRCLES], ids=["zoo", "circles"])
def test_everything_is_made_from_nothing_and_dropped(statements, prove):
    plan, back = prove.there_and_back("", statements)
    assert plan.steps
    assert back.steps


@pytest.mark.parametrize("change", [change for change, _ in SEEN])
def test_every_change_that_counts_is_made_and_undone(change, prove):
    plan, back = prove.there_and_back(ZOO, f"{ZOO};{change}")
    assert plan.steps
    assert back.steps
