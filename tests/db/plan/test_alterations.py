"""Objects are altered from one state to another, in every mode, on the oldest and the newest PostgreSQL.

A case is a state before and a state after; each stands in a schema of its own, so that one database has all.
"""

from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from toolkit.catalog.catalog import Catalog
from toolkit.catalog.comparison import differences
from toolkit.catalog.reading import read_catalog
from toolkit.plan.alteration import Mode
from toolkit.plan.planner import make_plan
from toolkit.server.binaries import find_binaries

FOLDER = Path(__file__).parents[2] / "cases" / "alter"
WORLD = """
DO $$ BEGIN
    CREATE ROLE plan_reader; CREATE ROLE plan_writer; CREATE ROLE plan_owner;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
CREATE FOREIGN DATA WRAPPER plan_wrapper;
CREATE SERVER plan_server FOREIGN DATA WRAPPER plan_wrapper;
"""


class Case(NamedTuple):
    title: str
    before: str
    after: str
    expected: str  # the statements that lead from one to the other, where the file says them


def read_cases():
    cases = {}
    for file in sorted(FOLDER.glob("*.sql")):
        _, *blocks = file.read_text(encoding="utf-8").strip().split("\n\n-- ")
        for number, block in enumerate(blocks):
            title, _, text = block.partition("\n")
            before, _, rest = text.partition("\n-- to\n")
            after, _, expected = rest.partition("\n-- by\n")
            cases[f"{file.stem}_{number:02}"] = Case(title, before, after, expected.strip())
    return cases


CASES = read_cases()


class World:
    """A database that holds one state of all cases."""

    def __init__(self, scratch, state) -> None:
        """state: "before" or "after"."""
        self._binaries = find_binaries(scratch.major)
        self.conninfo = scratch.create()
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(WORLD)
            for schema, case in CASES.items():
                connection.execute(f"CREATE SCHEMA {schema}")
                connection.execute(f"SET search_path = {schema}")
                connection.execute(getattr(case, state))

    def catalogs(self):
        """Return the catalog of each case, by its schema."""
        whole = read_catalog(self.conninfo, self._binaries)
        return {schema: part_of(whole, schema) for schema in CASES}


def part_of(catalog, schema):
    """Return what stands in a schema, or has its name as an object without one has."""
    entries = tuple(entry for entry in catalog.entries if entry.schema == schema or schema in entry.name)
    keys = {entry.key for entry in entries}
    edges = tuple(edge for edge in catalog.edges if edge.dependent in keys and edge.on in keys)
    return Catalog(catalog.major, entries, edges)


def statements(plan):
    """Return the statements of a plan, with a mark on those that run alone."""
    lines = []
    for step in plan.steps:
        lines += [f"-- by hand: {step.by_hand}"] if step.by_hand else []
        lines += [f"{sql}{'' if step.transactional else ' -- alone'}" for sql in step.sql]
    return lines


def apply(world, schema, plan, mode):
    """Run a plan; in mode STEPS each statement twice."""
    with psycopg.connect(world.conninfo, autocommit=mode is not Mode.TRANSACTION) as connection:
        connection.execute(f"SET search_path = {schema}")
        for step in plan.steps:
            assert mode is not Mode.TRANSACTION or step.transactional
            for sql in step.sql:
                connection.execute(sql)
                if mode is Mode.STEPS and step.action == "alter":
                    connection.execute(sql)


def lead(world, goal, mode):
    """Lead all cases of a world to what the goal has; return what went wrong."""
    old, new = world.catalogs(), goal.catalogs()
    problems = []
    for schema, case in CASES.items():
        plan = make_plan(old[schema], new[schema], mode=mode, owner="postgres")
        try:
            apply(world, schema, plan, mode)
        except psycopg.Error as error:
            problems.append("\n".join([f"{schema} {case.title}: {error}", *statements(plan)]))
    for schema, catalog in world.catalogs().items():
        found = differences(catalog.entries, new[schema].entries, ("got", "want"))
        problems += [f"{schema} {CASES[schema].title}: {text}" for text in found]
    return problems


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(("start", "goal"), [("before", "after"), ("after", "before")], ids=["up", "down"])
def test_objects_are_altered_to_what_they_are_to_be(scratch_by_major, start, goal, mode):
    problems = lead(World(scratch_by_major, start), World(scratch_by_major, goal), mode)
    if problems:
        pytest.fail("\n\n".join(problems), pytrace=False)


def test_statements_are_the_expected_ones(scratch):
    old, new = World(scratch, "before").catalogs(), World(scratch, "after").catalogs()
    wrong = {}
    for schema, case in CASES.items():
        plan = make_plan(old[schema], new[schema], owner="postgres")
        found = "\n".join(statements(plan)).replace(f"{schema}.", "")
        if case.expected and found != case.expected:
            wrong[case.title] = found
    assert wrong == {}
