"""Several deployers at once: one works, the others wait for it, nothing happens twice."""

import secrets

import psycopg
import pytest

HELD_UP = (
    "EXISTS (SELECT FROM pg_stat_progress_create_index"
    " WHERE datname = current_database() AND phase LIKE 'waiting%')"
)
LOCK = "SELECT pg_advisory_lock(x'63717273746b6974'::bigint)"
INDEX = "-- toolkit: step\nCREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON tb_a (id);\n"
LEDGER = "SELECT operation, revision FROM toolkit.ledger ORDER BY seq"


def finish(process) -> tuple[int, str]:
    _, message = process.communicate(timeout=30)
    return process.returncode, message


def test_three_at_once_apply_everything_once(project):
    for name in "abcd":
        project.add(name, f"CREATE TABLE tb_{name} (id int); SELECT pg_sleep(0.1);")
    deployers = [
        project.start("toolkit", "migrate"),
        project.start("toolkit", "migrate"),
        project.start("alembic", "upgrade", "head"),
    ]
    for deployer in deployers:  # who waits for whom depends on the machine; others show that they do
        status, message = finish(deployer)
        assert (status, "Traceback" in message) == (0, False), message
    assert project.sql(LEDGER) == [("upgrade", name) for name in "abcd"]


def test_deployer_that_waits_does_not_hold_up_an_index(project):
    project.add("a", "CREATE TABLE tb_a (id int);")
    project.done("toolkit", "migrate")
    project.add("b", INDEX, transactional=False)
    with psycopg.connect(project.database) as old:
        old.execute("LOCK TABLE tb_a IN ROW EXCLUSIVE MODE")
        first = project.start("toolkit", "migrate")
        project.until(HELD_UP)
        second = project.start("toolkit", "migrate")
        message = second.stderr.readline()
        assert message.startswith("Waiting for process ")
        assert "application 'cqrs-toolkit', connected since" in message
        assert (first.poll(), second.poll()) == (None, None)
    assert finish(first) == (0, "")
    shown, message = second.communicate(timeout=30)
    assert (second.returncode, message) == (0, "")
    assert shown.startswith("Nothing to do: somebody else applied them meanwhile.\n")
    assert project.sql(LEDGER) == [("upgrade", "a"), ("upgrade", "b")]
    assert project.sql("SELECT event FROM toolkit.step ORDER BY seq") == [("started",), ("finished",)]


@pytest.mark.parametrize("command", [("toolkit", "migrate"), ("alembic", "upgrade", "head")])
def test_deployer_gives_up_and_names_who_holds_the_lock(project, command):
    project.configure("shop", "lock-wait = 0.3\n")
    project.add("a", "CREATE TABLE tb_a (id int);")
    with psycopg.connect(project.database, autocommit=True, application_name="other deploy") as holder:
        holder.execute(LOCK)
        refused = project.run(*command)
        pid = holder.info.backend_pid
    assert refused.returncode == (1 if command[0] == "toolkit" else 255)
    words = f"Another migration of this database holds the lock: process {pid} (user postgres, application"
    assert f"{words} 'other deploy', connected since" in refused.stdout + refused.stderr
    assert project.sql("SELECT to_regclass('tb_a')") == [(None,)]


LOST = "The session lost the lock that keeps other deployers out."


def test_revision_that_gives_the_lock_away_is_not_applied(project):
    project.add("a", "CREATE TABLE tb_a (id int);\nSELECT pg_advisory_unlock_all();")
    refused = project.run("toolkit", "migrate")
    assert refused.returncode == 1
    assert LOST in refused.stderr
    assert project.sql("SELECT to_regclass('tb_a')") == [(None,)]
    project.file("a", ".up.sql").write_text("CREATE TABLE tb_a (id int);")
    project.done("toolkit", "migrate")
    assert project.heads() == ["a"]


@pytest.mark.parametrize("more", ["", "-- toolkit: step\nCREATE TABLE IF NOT EXISTS tb_a (id int);\n"])
def test_step_that_gives_the_lock_away_is_the_last_one(project, more):
    project.add("a", f"-- toolkit: step repeatable\nDISCARD ALL;\n{more}", transactional=False)
    project.add("b", "CREATE TABLE tb_b (id int);")
    refused = project.run("toolkit", "migrate")
    assert refused.returncode == 1
    assert LOST in refused.stderr
    assert project.sql("SELECT to_regclass('tb_a'), to_regclass('tb_b')") == [(None, None)]
    project.done("toolkit", "migrate")
    assert project.heads() == ["b"]


def test_busy_table_is_tried_again(project):
    """lock_timeout ends the wait, so that readers queue behind a migration for half a second at most."""
    project.add("a", "CREATE TABLE tb_a (id int);")
    project.done("toolkit", "migrate")
    project.add("b", "CREATE TABLE tb_b (id int); ALTER TABLE tb_a ADD COLUMN name text;")
    with psycopg.connect(project.database) as reader:
        reader.execute("TABLE tb_a")
        deployer = project.start("toolkit", "migrate")
        assert "b_revision.up.sql:1: waited too long for a lock; next try in" in deployer.stderr.readline()
    status, _ = finish(deployer)
    assert status == 0
    assert project.sql(LEDGER) == [("upgrade", "a"), ("upgrade", "b")]


def test_roles_are_made_from_two_databases_at_once(project, scratch):
    project.configure(f"fresh_{secrets.token_hex(4)}")
    project.add("a", "CREATE TABLE tb_a (id int);")
    databases = [project.database, *(scratch.create() for _ in range(3))]
    deployers = [project.start("toolkit", "migrate", DATABASE_URL=database) for database in databases]
    assert [finish(deployer) for deployer in deployers] == [(0, "")] * 4
    for database in databases[1:]:
        scratch.release(database)
