"""Planning on synthetic schemas of 100, 1,000 and 5,000 objects: how long it takes, and that it is right."""

import gc
import math
import time

import psycopg
import pytest

from tests.benchmarks.synthetic import change_body, change_columns, change_table, make_schema
from toolkit.catalog.comparison import differences
from toolkit.catalog.reading import read_catalog
from toolkit.plan.planner import make_plan
from toolkit.server.binaries import find_binaries

SIZES = (100, 1000, 5000)
SCENARIOS = {"A": change_body, "B": change_columns, "C": change_table}


@pytest.fixture(scope="module")
def databases(scratch):
    """Return the conninfo of a fresh copy of a schema's database; each schema is loaded once."""

    def load(conninfo, text):
        with psycopg.connect(conninfo) as connection:
            connection.execute(text)

    def databases(schema):
        template = scratch.template(schema.text, lambda conninfo: load(conninfo, schema.text))
        return scratch.clone(template)

    return databases


def timed(action):
    gc.collect()  # what was left by others is none of its business
    start = time.perf_counter()
    result = action()
    return result, time.perf_counter() - start


def apply(conninfo, plan):
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for step in plan.steps:
            for statement in step.sql:
                connection.execute(statement)


@pytest.mark.benchmark
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_reading_planning_and_applying_by_size(scenario, databases, scratch, report):
    binaries = find_binaries(scratch.major)
    rows = []
    for size in SIZES:
        before = make_schema(size)
        conninfo, wanted = databases(before), databases(SCENARIOS[scenario](before))
        old, reading = timed(lambda conninfo=conninfo: read_catalog(conninfo, binaries))
        new = read_catalog(wanted, binaries)
        plan, planning = timed(lambda old=old, new=new: make_plan(old, new))
        _, applying = timed(lambda conninfo=conninfo, plan=plan: apply(conninfo, plan))
        reached = read_catalog(conninfo, binaries)
        assert differences(reached.entries, new.entries) == []
        back = make_plan(reached, old)
        apply(conninfo, back)
        assert differences(read_catalog(conninfo, binaries).entries, old.entries) == []
        statements = sum(len(step.sql) for step in plan.steps)
        rows.append((size, statements, reading, planning, applying))
        for used in (conninfo, wanted):
            scratch.release(used)
    if scenario == "A":
        assert {statements for _, statements, *_ in rows} == {1}
    lines = [f"scenario {scenario} (bars at 5,000 objects: read 2 s, plan 2 s; slope 1.1)"]
    for size, statements, *times in rows:
        read, plan, run = (f"{seconds:.2f} s" for seconds in times)
        lines.append(
            f"  {size:>5} objects: {statements:>5} statements, read {read}, plan {plan}, apply {run}"
        )
    for place, name in ((2, "read"), (3, "plan")):
        slope = math.log(rows[-1][place] / rows[0][place]) / math.log(SIZES[-1] / SIZES[0])
        lines.append(f"  {name}: log-log slope {slope:.2f}")
    report("\n".join(lines))
