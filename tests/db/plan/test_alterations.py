"""Objects are altered from one state to another, in every mode, on the oldest and the newest PostgreSQL."""

from pathlib import Path

import psycopg
import pytest

from tests.db.plan.worlds import CASES, SINCE_18, World
from toolkit.catalog.comparison import differences
from toolkit.plan.alteration import Mode
from toolkit.plan.planner import make_plan
from toolkit.source.effects import read_effects
from toolkit.source.statements import Statement


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
                if mode is Mode.STEPS and (step.action == "alter" or is_known_to_repeat(sql)):
                    connection.execute(sql)


def is_known_to_repeat(sql):
    return read_effects(Statement(Path("plan.sql"), sql, 1)).once is None


def lead(world, goal, cases, mode, postgresql):
    """Lead all cases of a world to what the goal has; fail with what went wrong."""
    old, new = world.catalogs(), goal.catalogs()
    problems = []
    for schema, case in cases.items():
        plan = make_plan(old[schema], new[schema], mode=mode, postgresql=postgresql, owner="postgres")
        try:
            apply(world, schema, plan, mode)
        except psycopg.Error as error:
            problems.append("\n".join([f"{schema} {case.title}: {error}", *statements(plan)]))
    for schema, catalog in world.catalogs().items():
        found = differences(catalog.entries, new[schema].entries, ("got", "want"))
        problems += [f"{schema} {cases[schema].title}: {text}" for text in found]
    if problems:
        pytest.fail("\n\n".join(problems), pytrace=False)


up_and_down = pytest.mark.parametrize(
    ("start", "goal"), [("before", "after"), ("after", "before")], ids=["up", "down"]
)


@pytest.mark.parametrize("mode", Mode)
@up_and_down
def test_objects_are_altered_to_what_they_are_to_be(scratch_by_major, start, goal, mode):
    lead(World(scratch_by_major, start), World(scratch_by_major, goal), CASES, mode, 15)


@pytest.mark.parametrize("mode", Mode)
@up_and_down
@pytest.mark.parametrize("cases", [CASES, SINCE_18], ids=["all", "newer"])
def test_forms_that_the_target_must_be_new_for_do_the_same(scratch, cases, start, goal, mode):
    lead(World(scratch, start, cases), World(scratch, goal, cases), cases, mode, 18)


@pytest.mark.parametrize(("cases", "postgresql"), [(CASES, 15), (SINCE_18, 18)], ids=["all", "newer"])
def test_statements_are_the_expected_ones(scratch, cases, postgresql):
    old, new = World(scratch, "before", cases).catalogs(), World(scratch, "after", cases).catalogs()
    wrong = {}
    for schema, case in cases.items():
        plan = make_plan(old[schema], new[schema], postgresql=postgresql, owner="postgres")
        found = "\n".join(statements(plan)).replace(f"{schema}.", "")
        if found != case.expected:
            wrong[case.title] = found
    assert wrong == {}
