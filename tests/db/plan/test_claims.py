"""What a plan says of locks and risks is what a server does, statement by statement."""

import psycopg
import pytest

from tests.db.plan.worlds import CASES, SINCE_18, World
from toolkit.core.changes import Lock, Risk
from toolkit.plan.alteration import Mode
from toolkit.plan.planner import make_plan

STRENGTH = list(Lock)
WEAK = STRENGTH.index(Lock.SHARE_UPDATE_EXCLUSIVE)  # what is weaker is in nobody's way
BLOCKING = STRENGTH.index(Lock.SHARE)
TABLES = """
    SELECT oid, pg_relation_filenode(oid) FROM pg_class
    WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p', 'f', 'm', 'v')
"""
LOCKS = (
    "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IS NOT NULL AND granted"
)
READS = "SELECT coalesce(sum(seq_scan), 0) FROM pg_stat_xact_user_tables WHERE relid = ANY (%s)"


class Seen:
    """What a step did to the tables that were there before its plan."""

    def __init__(self, connection, schema, tables, step) -> None:
        before = dict(connection.execute(TABLES, [schema]).fetchall())
        reads = self._reads(connection, tables)
        for sql in step.sql:
            connection.execute(sql)
        modes = [mode for relation, mode in connection.execute(LOCKS).fetchall() if relation in tables]
        self.strongest = max((strength_of(mode) for mode in modes), default=-1)
        self.reads = self._reads(connection, tables) > reads
        after = dict(connection.execute(TABLES, [schema]).fetchall())
        self.rewrites = any(
            before[table] != after.get(table, before[table]) for table in before.keys() & tables
        )

    def _reads(self, connection, tables):
        return connection.execute(READS, [list(tables)]).fetchone()[0]


def strength_of(mode):
    """Return the strength of a lock by the name that pg_locks has for it, such as AccessExclusiveLock."""
    names = [lock.value.replace(" ", "").lower() for lock in STRENGTH]
    return names.index(mode.removesuffix("Lock").lower())


def contradictions(step, seen):
    """Yield what a step claims and does not do, or does and does not claim."""
    claimed = STRENGTH.index(step.lock) if step.lock else -1
    varies = step.object.kind == "INDEX ATTACH" and seen.strongest < claimed  # by major
    if max(seen.strongest, claimed) >= WEAK and seen.strongest != claimed and not varies:
        yield f"lock is {STRENGTH[seen.strongest].value if seen.strongest >= 0 else 'none'}"
    if seen.rewrites and step.risk < Risk.REWRITES_TABLE:
        yield "rewrites the table"
    if not seen.rewrites and step.risk is Risk.REWRITES_TABLE:
        yield "does not rewrite the table"
    if seen.reads and seen.strongest >= BLOCKING and step.risk < Risk.BLOCKS_WRITES:
        yield "reads the table and blocks writes"
    if not seen.reads and step.risk is Risk.BLOCKS_WRITES:
        yield "does not read the table"


def check(world, goal, cases, mode, postgresql):
    """Run the plans of all cases, and fail with what they say that is not so."""
    old, new = world.catalogs(), goal.catalogs()
    wrong = []
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        for schema, case in cases.items():
            connection.execute(f"SET search_path = {schema}")
            tables = {oid for oid, _ in connection.execute(TABLES, [schema]).fetchall()}
            plan = make_plan(old[schema], new[schema], mode=mode, postgresql=postgresql, owner="postgres")
            for step in plan.steps:
                if any("CONCURRENTLY" in sql for sql in step.sql):
                    for sql in step.sql:
                        connection.execute(sql)
                    continue
                with connection.transaction():
                    found = list(contradictions(step, Seen(connection, schema, tables, step)))
                lock = step.lock.value if step.lock else "none"
                wrong += [f"{case.title}: {step.sql}: {lock}, {step.risk.words}: {text}" for text in found]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


up_and_down = pytest.mark.parametrize(
    ("start", "goal"), [("before", "after"), ("after", "before")], ids=["up", "down"]
)


@pytest.mark.parametrize("mode", [Mode.ONLINE, Mode.TRANSACTION])
@up_and_down
def test_locks_and_risks_are_as_claimed(scratch_by_major, start, goal, mode):
    check(World(scratch_by_major, start), World(scratch_by_major, goal), CASES, mode, 15)


@up_and_down
def test_those_of_newer_forms_are_as_claimed(scratch, start, goal):
    check(World(scratch, start, SINCE_18), World(scratch, goal, SINCE_18), SINCE_18, Mode.ONLINE, 18)
