"""Databases to plan between, plans as text, and the proof that a plan leads where it should."""

from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from toolkit.catalog.comparison import differences
from toolkit.catalog.reading import read_catalog
from toolkit.core.changes import Plan
from toolkit.plan.alteration import Mode
from toolkit.plan.planner import make_plan
from toolkit.plan.renames import find_renamings, rename_steps, reverse
from toolkit.server.binaries import find_binaries
from toolkit.source.renames import read_renames


def show(plan):
    """Return a plan as text, a step in a block of lines."""
    blocks = []
    for step in plan.steps:
        lock = step.lock.value if step.lock else "no lock"
        head = [step.action.value, str(step.object), step.why, step.risk.words, lock]
        head += [] if step.transactional else ["outside a transaction"]
        head += [f"by hand: {step.by_hand}"] if step.by_hand else []
        lines = [line for statement in step.sql for line in f"{statement};".splitlines()]
        blocks.append("\n    ".join([" | ".join(head), *lines]))
    return "\n".join(blocks or ["nothing to do"]) + "\n"


class Prove(NamedTuple):
    """Makes databases and leads them from one state to another."""

    scratch: object
    made: list

    def database(self, statements):
        self.made.append(self.scratch.create())
        with psycopg.connect(self.made[-1], autocommit=True) as connection:
            connection.execute(statements)
        return self.made[-1]

    def run(self, conninfo, *statements: str):
        with psycopg.connect(conninfo) as connection:
            connection.execute("SET check_function_bodies = off")
            for statement in statements:
                connection.execute(statement)

    def read(self, conninfo):
        return read_catalog(conninfo, find_binaries(self.scratch.major))

    def lead(self, conninfo, old, new, mode=Mode.ONLINE):
        """Apply a plan; return it and what it led to, which is as wanted. Steps are taken twice each."""
        plan = make_plan(old, new, mode=mode, owner="postgres")
        if mode is not Mode.ONLINE:
            assert all(step.transactional is (mode is Mode.TRANSACTION) for step in plan.steps), show(plan)
        _apply(conninfo, plan, times=2 if mode is Mode.STEPS else 1)
        reached = self.read(conninfo)
        assert differences(reached.entries, new.entries, ("reached", "wanted")) == [], show(plan)
        assert make_plan(reached, new, owner="postgres").steps == ()
        return plan, reached

    def there_and_back(self, before, after, mode_back=Mode.TRANSACTION):
        """Return the plan that leads from the one set of statements to the other, and that back.

        Comments in the second may say what was renamed; that is a part of its own in both plans.
        """
        conninfo = self.database(before)
        old, new = self.read(conninfo), self.read(self.database(after))
        renamings = find_renamings(read_renames(after, Path("after.sql"), "public"), old, new)
        renames = Plan(rename_steps(renamings, old))
        _apply(conninfo, renames)
        between = self.read(conninfo) if renamings else old
        plan, reached = self.lead(conninfo, between, new)
        back, between = self.lead(conninfo, reached, between, mode_back)
        undo = Plan(rename_steps(reverse(renamings), between))
        _apply(conninfo, undo)
        assert differences(self.read(conninfo).entries, old.entries) == [], show(undo)
        return Plan(renames.steps + plan.steps), Plan(back.steps + undo.steps)


def _apply(conninfo, plan, times=1):
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET check_function_bodies = off")
        inside = False
        for step in plan.steps:
            if step.transactional != inside:
                connection.execute("BEGIN" if step.transactional else "COMMIT")
                inside = step.transactional
            for statement in [statement for statement in step.sql for _ in range(times)]:
                try:
                    connection.execute(statement)
                except psycopg.Error as error:
                    raise AssertionError(f"{error}\n{statement}\n\n{show(plan)}") from error
        if inside:
            connection.execute("COMMIT")


@pytest.fixture
def prove(scratch_by_major):
    made = []
    yield Prove(scratch_by_major, made)
    for conninfo in made:
        scratch_by_major.release(conninfo)


@pytest.fixture
def prove_on_18(scratch):
    made = []
    yield Prove(scratch, made)
    for conninfo in made:
        scratch.release(conninfo)
