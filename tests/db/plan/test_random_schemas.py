"""Random edits of random schemas: plans lead there and back, as both readers see it."""

import psycopg
from hypothesis import HealthCheck, given, settings

from tests.db.plan.conftest import Prove
from tests.db.plan.random_schemas import edits
from tests.strategies import share
from toolkit.catalog.facts import differing_facts, read_facts
from toolkit.plan.alteration import Mode


def facts(conninfo):
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET search_path = ''")
        return read_facts(connection)


def both_ways(scratch, states, mode_back):
    prove = Prove(scratch, [])
    try:
        before, after = states
        conninfo, there = prove.database(before), prove.database(after)
        old, new = prove.read(conninfo), prove.read(there)
        begin = facts(conninfo)
        _, reached = prove.lead(conninfo, old, new)
        assert list(differing_facts(facts(conninfo), facts(there), ("reached", "wanted"))) == []
        prove.lead(conninfo, reached, old, mode_back)
        assert list(differing_facts(facts(conninfo), begin, ("reached", "before"))) == []
    finally:
        for made in prove.made:
            scratch.release(made)


@share(0.12, derandomize=settings.default.max_examples <= 100, suppress_health_check=list(HealthCheck))
@given(states=edits())
def test_random_edits_are_planned_there_and_back(scratch, states):
    both_ways(scratch, states, Mode.TRANSACTION)


@share(0.05, derandomize=settings.default.max_examples <= 100, suppress_health_check=list(HealthCheck))
@given(states=edits())
def test_random_edits_are_planned_on_the_oldest_postgresql(open_major, states):
    both_ways(open_major(15), states, Mode.STEPS)
