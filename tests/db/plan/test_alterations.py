"""Objects are altered from one state to another, in every mode, on the oldest and the newest PostgreSQL."""

from pathlib import Path

import psycopg
import pytest

from tests.db.plan.worlds import CASES, World
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
