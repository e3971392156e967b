"""Plain Alembic works in a project: with lock, ledger and checksums, and as a script for psql."""

import hashlib
import subprocess

import psycopg
import pytest

from toolkit.catalog.comparison import differences
from toolkit.catalog.dump import read_entries
from toolkit.migrate.locks import KEY
from toolkit.server.binaries import find_binaries

LEDGER = "SELECT operation, revision, heads_before, heads_after, checksum FROM toolkit.ledger ORDER BY seq"
INDEX = "-- toolkit: step\nCREATE INDEX CONCURRENTLY IF NOT EXISTS idx_a ON tb_a (id);"
NO_INDEX = "-- toolkit: step\nDROP INDEX CONCURRENTLY IF EXISTS idx_a;"


@pytest.fixture
def history(project):
    """The project with two revisions, the second outside a transaction."""
    project.add("a", "CREATE TABLE tb_a (id int, note text DEFAULT 'it''s 100% :sure');", "DROP TABLE tb_a;")
    project.add("b", INDEX, NO_INDEX, transactional=False)
    return project


@pytest.fixture
def play(history, scratch):
    """Run a script with psql as docs say, on a database."""

    def play(script, database):
        psql = find_binaries(scratch.major).bindir / "psql"
        command = [psql, "-X", "-q", "-d", database]
        return subprocess.run(command, input=script, text=True, capture_output=True, check=False)

    return play


def checksum(project, name):
    return hashlib.sha256(project.file(name, ".up.sql").read_bytes()).hexdigest()


def test_every_way_up_and_down_is_in_the_ledger(history):
    history.done("alembic", "upgrade", "head")
    history.done("alembic", "downgrade", "-1")
    history.done("alembic", "upgrade", "+1")
    history.done("alembic", "downgrade", "base")
    first, second = checksum(history, "a"), checksum(history, "b")
    assert history.sql(LEDGER) == [
        ("upgrade", "a", [], ["a"], first),
        ("upgrade", "b", ["a"], ["b"], second),
        ("downgrade", "b", ["b"], ["a"], None),
        ("upgrade", "b", ["a"], ["b"], second),
        ("downgrade", "b", ["b"], ["a"], None),
        ("downgrade", "a", ["a"], [], None),
    ]
    assert history.sql("SELECT to_regclass('tb_a')") == [(None,)]


def test_questions_are_answered(history):
    history.done("alembic", "upgrade", "a")
    assert history.done("alembic", "current").split() == ["a"]
    assert history.done("alembic", "heads").split() == ["b", "(head)"]
    assert "a -> b (head), The b." in history.done("alembic", "history")


@pytest.mark.parametrize("command", ["history", "history -v -r a:", "heads", "branches", "show b"])
def test_questions_about_the_files_alone_ask_no_server(history, command):
    assert history.done("alembic", *command.split(), database="host=/nowhere") or command == "branches"


@pytest.mark.parametrize(
    "command", ["history -i", "history -r current:", "history -r :current", "show current"]
)
def test_questions_about_the_database_ask_it(history, command):
    history.done("alembic", "upgrade", "head")
    assert "b" in history.done("alembic", *command.split())
    assert "can't be reached" in history.run("alembic", *command.split(), database="host=/nowhere").stdout


def test_stamps_are_in_the_ledger(history):
    history.done("alembic", "stamp", "a")
    history.done("alembic", "stamp", "--purge", "b")
    history.done("alembic", "stamp", "base")
    rows = history.sql("SELECT operation, heads_after FROM toolkit.ledger ORDER BY seq")
    assert rows == [("stamp", ["a"]), ("stamp", ["b"]), ("stamp", [])]


def test_revisions_are_not_written_by_alembic(history):
    before = sorted(history.versions.iterdir())
    refused = history.run("alembic", "revision", "-m", "more")
    assert refused.returncode != 0
    assert "`toolkit revision -m MESSAGE` writes one" in refused.stdout
    assert sorted(path for path in history.versions.iterdir() if path.name != "__pycache__") == before


def test_script_makes_the_same_database_and_refuses_to_run_twice(history, play, scratch):
    history.done("alembic", "upgrade", "head")
    script = history.done("alembic", "upgrade", "head", "--sql")
    other = scratch.create()
    played = play(script, other)
    assert (played.returncode, played.stderr) == (0, "")
    binaries = find_binaries(scratch.major)
    assert differences(read_entries(history.database, binaries), read_entries(other, binaries)) == []
    with psycopg.connect(other) as connection:
        assert connection.execute("TABLE alembic_version").fetchall() == [("b",)]
        assert connection.execute(LEDGER).fetchall() == history.sql(LEDGER)
    again = play(script, other)
    assert again.returncode != 0
    assert "this script starts at {}, the database is at {b}" in again.stderr
    history.done("toolkit", "migrate", database=other)  # goes on from what the script made
    scratch.release(other)


def test_script_of_a_part_goes_on_from_where_the_database_stands(history, play):
    history.done("alembic", "upgrade", "a")
    down = history.done("alembic", "downgrade", "b:a", "--sql")
    assert play(down, history.database).returncode != 0
    up = history.done("alembic", "upgrade", "a:b", "--sql")
    assert play(up, history.database).returncode == 0
    assert play(down, history.database).returncode == 0
    assert history.heads() == ["a"]
    assert [row[:2] for row in history.sql(LEDGER)][1:] == [("upgrade", "b"), ("downgrade", "b")]


@pytest.mark.parametrize("change", ["UPDATE toolkit.ledger SET revision = 'z'", "DELETE FROM toolkit.ledger"])
def test_ledger_is_append_only(history, change):
    history.done("alembic", "upgrade", "a")
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="added, never changed"):
        history.sql(change)


def test_script_stops_at_its_first_check(project, play):
    project.add("z", "CREATE TABLE tb_z (id int) -- no semicolon, and a comment")
    script = project.done("alembic", "upgrade", "head", "--sql")
    with psycopg.connect(project.database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [KEY])
        refused = play(script, project.database)
        assert "another migration of this database holds the lock" in refused.stderr
        assert project.sql("SELECT to_regclass('tb_z')") == [(None,)]
    assert play(script, project.database).returncode == 0
    assert project.heads() == ["z"]
