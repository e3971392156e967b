"""Several deployers at once, and sessions that end in the middle of each kind of statement."""

import contextlib
import signal

import psycopg
import pytest

APPLIED = "SELECT revision FROM toolkit.ledger ORDER BY seq"
INDEXES = """
SELECT relname, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid
WHERE indrelid = 'tb_a'::regclass ORDER BY 1
"""
OURS = "FROM pg_stat_activity WHERE application_name = 'cqrs-toolkit' AND datname = current_database()"
BUILD = "CREATE INDEX CONCURRENTLY"


@pytest.fixture
def empty_database(request, open_major):
    """Let `project` have its database on the major that a test asks for, else on PostgreSQL 18."""
    scratch = open_major(getattr(request, "param", 18))
    database = scratch.create()
    yield database
    scratch.release(database)


both_majors = pytest.mark.parametrize("empty_database", [15, 18], indirect=True, ids=["pg15", "pg18"])


@pytest.fixture
def slow(project):
    """Four revisions that pause: 0.41 s in b, 0.42 s in the second of three steps of c, 0.43 s in d."""
    project.add("a", "CREATE TABLE tb_a (id int); INSERT INTO tb_a SELECT generate_series(1, 100);")
    project.add("b", "ALTER TABLE tb_a ADD n int; SELECT pg_sleep(0.41); UPDATE tb_a SET n = id;")
    project.add(
        "c",
        f"-- toolkit: step\n{BUILD} IF NOT EXISTS idx_a_id ON tb_a (id);\n"
        "-- toolkit: step\nSELECT pg_sleep(0.42);\n"
        f"-- toolkit: step\n{BUILD} IF NOT EXISTS idx_a_n ON tb_a (n);\n",
        "-- toolkit: step\nSELECT 1;",
        transactional=False,
    )
    project.add("d", "CREATE VIEW v_a AS SELECT n FROM tb_a; SELECT pg_sleep(0.43);")
    return project


def assert_finished(project):
    assert project.heads() == ["d"]
    assert project.sql(APPLIED) == [("a",), ("b",), ("c",), ("d",)]
    assert project.sql(INDEXES) == [("idx_a_id", True), ("idx_a_n", True)]
    assert project.sql("SELECT count(*), sum(n) FROM v_a") == [(100, 5050)]
    assert "At the head; the ledger agrees." in project.done("toolkit", "status")


@contextlib.contextmanager
def blocked(project):
    """Hold a transaction that a CREATE INDEX CONCURRENTLY on tb_a has to wait for."""
    with contextlib.closing(psycopg.connect(project.database)) as connection:
        connection.execute("INSERT INTO tb_a VALUES (0)")
        yield


def until_in(project, part):
    """Wait until a session of the toolkit is in the middle of a statement that has `part` in it."""
    project.until(f"EXISTS (SELECT {OURS} AND state = 'active' AND query LIKE '%{part}%')")


def interrupt_everywhere(project, interrupt):
    """Interrupt one run after the other, each further on, then let one finish."""

    def run_until(statement):
        process = project.start("toolkit", "migrate")
        until_in(project, statement)
        interrupt(process)
        process.communicate()

    run_until("pg_sleep(0.41)")
    assert project.heads() == ["a"]
    project.done("toolkit", "migrate", "b")
    with blocked(project):
        run_until(BUILD)
        assert project.heads() == ["b"]
        assert "upgrade of c, step 1 of 3 (not finished)" in project.run("toolkit", "status").stdout
        project.until(f"NOT EXISTS (SELECT {OURS})")
    run_until("pg_sleep(0.42)")
    assert project.sql(INDEXES) == [("idx_a_id", True)]
    assert project.heads() == ["b"]
    run_until("pg_sleep(0.43)")
    assert project.heads() == ["c"]
    project.done("toolkit", "migrate")
    assert_finished(project)


@both_majors
def test_client_killed_at_every_kind_of_statement(slow):
    interrupt_everywhere(slow, lambda process: process.kill())


def test_connection_lost_at_every_kind_of_statement(slow):
    def end_session(process):
        slow.sql(f"SELECT pg_terminate_backend(pid) {OURS}")
        shown = process.communicate()[1]
        assert "The connection to the database was lost" in shown
        assert "Traceback" not in shown
        assert process.returncode == 2

    interrupt_everywhere(slow, end_session)


def test_interrupt_from_the_keyboard_rolls_back_and_says_so_in_a_line(slow):
    process = slow.start("toolkit", "migrate")
    until_in(slow, "pg_sleep(0.41)")
    process.send_signal(signal.SIGINT)
    _, shown = process.communicate()
    assert process.returncode == 130
    assert shown == "toolkit: Interrupted; what was not finished is rolled back.\n"
    assert slow.heads() == ["a"]


def test_two_deployers_at_once_apply_everything_once(slow):
    both = [slow.start("toolkit", "migrate"), slow.start("alembic", "upgrade", "head")]
    outputs = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert_finished(slow)


@both_majors
def test_second_deployer_waits_for_an_index_without_a_deadlock(slow):
    slow.done("toolkit", "migrate", "b")
    with blocked(slow):
        first = slow.start("toolkit", "migrate")
        until_in(slow, BUILD)
        second = slow.start("toolkit", "migrate")
        waiting = second.stderr.readline()
        assert waiting.startswith("Waiting for process ")
        assert "application 'cqrs-toolkit', connected since" in waiting
    outputs = [process.communicate() for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], outputs
    assert_finished(slow)


def test_waiting_for_another_deployer_ends(project):
    project.add("a", "SELECT 1;")
    project.configure("shop", "lock-wait = 0.2\n")
    with psycopg.connect(project.database, application_name="somebody") as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [0x63717273_746B6974])
        finished = project.run("toolkit", "migrate")
        pid = holder.info.backend_pid
    assert finished.returncode == 1
    assert f"holds the lock: process {pid}" in finished.stderr
    assert "application 'somebody'" in finished.stderr


def test_lock_timeout_is_tried_again(project):
    project.add("a", "CREATE TABLE tb_a (id int);")
    project.done("toolkit", "migrate")
    project.add("b", "ALTER TABLE tb_a ADD n int;")
    with psycopg.connect(project.database) as holder:
        holder.execute("LOCK tb_a IN ACCESS SHARE MODE")
        process = project.start("toolkit", "migrate")
        assert "b_revision.up.sql:1: waited too long for a lock" in process.stderr.readline()
    assert "Applied 1 revision:" in process.communicate()[0]
    assert project.heads() == ["b"]
