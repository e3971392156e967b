"""What a test pays for a migrated database: one of its own, or a shared one that is rolled back."""

import statistics
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic.command import upgrade
from alembic.config import Config

ROOT = Path(__file__).parents[2]
COMMAND = "SELECT fn_create_user('Ada', 'ada@example.org')"
pytestmark = pytest.mark.benchmark


@pytest.fixture
def template(scratch) -> str:
    def build(conninfo: str) -> None:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DATABASE_URL", conninfo)
            upgrade(Config(ROOT / "alembic.ini"), "head")

    return scratch.template("benchmark of test databases", build)


def seconds_each(action: Callable[[], object], *, times: int, batches: int = 5) -> float:
    """Return the median over the batches of the mean time of one action."""

    def one_batch() -> float:
        start = time.perf_counter()
        for _ in range(times):
            action()
        return (time.perf_counter() - start) / times

    one_batch()
    return statistics.median(one_batch() for _ in range(batches))


def test_a_database_of_its_own(scratch, template, report):
    def run() -> None:
        conninfo = scratch.clone(template)
        with closing(psycopg.connect(conninfo)) as connection:
            connection.execute(COMMAND)
            connection.commit()
        scratch.release(conninfo)

    each = seconds_each(run, times=100)
    report(f"clone, connect, call a command, commit: {1 / each:.0f} a second (bar 40; median of 5 x 100)")


def test_a_shared_database_that_is_rolled_back(scratch, template, report):
    conninfo = scratch.clone(template)
    with closing(psycopg.connect(conninfo)) as connection:

        def run() -> None:
            connection.execute(COMMAND)
            connection.rollback()

        each = seconds_each(run, times=500)
    scratch.release(conninfo)
    report(f"call a command, roll back: {each * 1000:.2f} ms (bar 1 ms; median of 5 x 500)")
