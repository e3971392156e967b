"""What ends a migration half-way loses nothing: the database stands at a revision or at a recorded step."""

import random
import signal
import time

import psycopg
import pytest

from toolkit.catalog.comparison import differences
from toolkit.catalog.dump import read_entries
from toolkit.server.binaries import find_binaries

INTERRUPTIONS = 6
LONGEST = 0.1  # seconds that a run may work before it is ended; the whole history takes more
PAUSE = "SELECT pg_sleep(0.02)"
HELD_UP = (
    "EXISTS (SELECT FROM pg_stat_progress_create_index"
    " WHERE datname = current_database() AND phase LIKE 'waiting%')"
)
HERE = "(SELECT oid FROM pg_database WHERE datname = current_database())"
LOCKED = f"EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = {HERE})"
CONNECTED = (
    f"EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'cqrs-toolkit' AND datid = {HERE})"
)
ASLEEP = f"EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datid = {HERE})"
TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    f" WHERE application_name = 'cqrs-toolkit' AND datid = {HERE}"
)
LOST = "toolkit: The connection to the database was lost: "


def steps(*statements: str) -> str:
    return "".join(f"-- toolkit: step repeatable\n{statement};\n" for statement in statements)


def index(name: str, on: str) -> str:
    return f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {on}"


@pytest.fixture
def history(project, scratch):
    """The project with six revisions in transactions that count themselves, and two of three steps.

    `history.expected` holds the entries of another database, where it was applied in one go.
    """
    project.add("r1", f"CREATE TABLE tb_applied (id int); INSERT INTO tb_applied VALUES (1); {PAUSE};")
    for number in range(2, 9):
        if number in (4, 7):
            first, second = (index(f"ix_{number}_{column}", f"tb_{number - 1} ({column})") for column in "ab")
            project.add(f"r{number}", steps(first, PAUSE, second), transactional=False)
        else:
            table = f"CREATE TABLE tb_{number} (a int, b int)"
            insert = f"INSERT INTO tb_applied VALUES ({number})"
            project.add(f"r{number}", f"{insert}; {PAUSE}; {table}; {PAUSE};")
    project.add("r9", "SELECT 1;")
    other = scratch.create()
    project.done("toolkit", "migrate", database=other)
    project.expected = read_entries(other, find_binaries(scratch.major))
    project.file("r9", ".up.sql").write_text("SELECT pg_sleep(60);")  # the end is out of reach until `finish`
    yield project
    scratch.release(other)


def finish(project) -> None:
    """Run once more, and see that everything was applied once and agrees."""
    project.file("r9", ".up.sql").write_text("SELECT 1;")
    project.done("toolkit", "migrate")
    assert project.sql("SELECT id FROM tb_applied ORDER BY id") == [(1,), (2,), (3,), (5,), (6,), (8,)]
    recorded = project.sql("SELECT revision, count(*) FROM toolkit.ledger GROUP BY 1 ORDER BY 1")
    assert recorded == [(f"r{number}", 1) for number in range(1, 10)]
    assert project.sql("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid") == []
    assert "the ledger agrees" in project.done("toolkit", "status")
    entries = read_entries(project.database, find_binaries(18))
    assert differences(project.expected, entries, ("in one go", "interrupted")) == []


def test_killed_at_many_points(history):
    chance = random.Random(1)
    reached = set()
    attempt = 0
    while attempt < INTERRUPTIONS or len(reached) <= 2:  # a busy machine gets less far in the same time
        attempt += 1
        running = history.start("toolkit", "migrate")
        history.until(LOCKED)
        time.sleep(chance.uniform(0, LONGEST * (1 + attempt // INTERRUPTIONS)))
        running.kill()
        assert running.wait() == -signal.SIGKILL
        history.until(f"NOT {CONNECTED}")  # the server notices that its client is gone
        reached.update(history.sql("SELECT count(*) FROM pg_class WHERE relname ~ '^(tb|ix)_'"))
        assert attempt < 10 * INTERRUPTIONS
    finish(history)


def test_connection_lost_at_many_points(history):
    chance = random.Random(2)
    for _ in range(INTERRUPTIONS):
        running = history.start("toolkit", "migrate")
        history.until(LOCKED)
        time.sleep(chance.uniform(0, LONGEST))
        history.sql(TERMINATE)
        _, message = running.communicate()
        assert running.returncode == 2
        assert message.startswith(LOST)
        assert message.count("\n") == 1
    finish(history)


def test_killed_while_a_statement_runs(project):
    project.add("a", "CREATE TABLE tb_a (id int); SELECT pg_sleep(60);")
    running = project.start("toolkit", "migrate")
    project.until(ASLEEP)
    running.kill()
    project.until(f"NOT {CONNECTED}")
    assert project.sql("SELECT to_regclass('tb_a')") == [(None,)]
    project.file("a", ".up.sql").write_text("CREATE TABLE tb_a (id int);")
    project.done("toolkit", "migrate")
    assert project.heads() == ["a"]


def test_killed_while_an_index_waits_for_an_old_transaction(project):
    project.add("a", "CREATE TABLE tb_a (id int);")
    project.done("toolkit", "migrate")
    project.add("b", steps("INSERT INTO tb_a VALUES (1)", index("ix", "tb_a (id)")), transactional=False)
    with psycopg.connect(project.database) as old:
        old.execute("LOCK TABLE tb_a IN ROW EXCLUSIVE MODE")
        running = project.start("toolkit", "migrate")
        project.until(HELD_UP)
        running.kill()
        project.until(f"NOT {CONNECTED}")
    assert project.sql("SELECT indisvalid FROM pg_index WHERE indrelid = 'tb_a'::regclass") == [(False,)]
    project.done("toolkit", "migrate")
    assert project.sql("SELECT indisvalid FROM pg_index WHERE indrelid = 'tb_a'::regclass") == [(True,)]
    assert project.sql("TABLE tb_a") == [(1,)]


def test_statement_that_fails_leaves_nothing_of_its_transaction(project):
    project.add("a", "CREATE TABLE tb_a (id int); INSERT INTO tb_a VALUES (1); SELECT 1 / 0;")
    project.add("b", "SELECT 1;")
    assert project.run("toolkit", "migrate").returncode == 1
    assert project.sql("SELECT to_regclass('tb_a')") == [(None,)]
    assert project.sql("TABLE toolkit.ledger") == []


@pytest.mark.parametrize(
    ("command", "status", "speaker"),
    [(["toolkit", "migrate"], 130, "toolkit"), (["alembic", "upgrade", "head"], 255, "FAILED")],
)
def test_interrupted_from_the_keyboard(project, command, status, speaker):
    project.add("a", "CREATE TABLE tb_a (id int); SELECT pg_sleep(60);")
    running = project.start(*command)
    project.until(ASLEEP)
    running.send_signal(signal.SIGINT)
    shown = "".join(running.communicate())
    assert running.returncode == status
    assert shown.endswith(
        f"{speaker}: Interrupted; run the command again, it goes on from where the database stands.\n"
    )
    assert "Traceback" not in shown
    assert project.sql("SELECT to_regclass('tb_a')") == [(None,)]
