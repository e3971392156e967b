"""Edits that no ALTER TABLE makes: each is refused with what to write instead."""

import pytest

from toolkit.errors import PlanImpossible
from toolkit.plan.planner import make_plan

PARENT = "CREATE TABLE p (id integer, a integer, CONSTRAINT ck CHECK (a > 0)); "
CASES = {
    "own column becomes inherited alone": (
        "CREATE TABLE p (id integer); CREATE TABLE c (a integer, b text) INHERITS (p)",
        PARENT + "CREATE TABLE c (b text) INHERITS (p)",
        r"Column a of public\.c is its own; .*Write it in the CREATE TABLE of public\.c too",
    ),
    "own column becomes inherited alone by joining": (
        PARENT + "CREATE TABLE c (id integer, a integer, CONSTRAINT ck CHECK (a > 0))",
        PARENT + "CREATE TABLE c () INHERITS (p)",
        r"Column id of public\.c is its own",
    ),
    "inherited column becomes its own": (
        PARENT + "CREATE TABLE c () INHERITS (p)",
        "CREATE TABLE p (id integer); CREATE TABLE c (a integer) INHERITS (p)",
        r"Column a of public\.c is inherited; .*Leave it out of the CREATE TABLE of public\.c",
    ),
    "merged constraint becomes inherited alone": (
        PARENT + "CREATE TABLE c (CONSTRAINT ck CHECK (a > 0)) INHERITS (p)",
        PARENT + "CREATE TABLE c () INHERITS (p)",
        r"Constraint ck of public\.c is its own; .*Write it in the CREATE TABLE of public\.c too",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_own_and_inherited_does_not_change(prove, case):
    before, after, message = CASES[case]
    old, new = (prove.read(prove.database(statements)) for statements in (before, after))
    with pytest.raises(PlanImpossible, match=message) as refused:
        make_plan(old, new, owner="postgres")
    assert refused.value.remedy
