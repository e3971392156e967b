"""TOOLKIT_SCRATCH_URL: scratch work on a server that is not ours leaves nothing on it."""

import time

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from toolkit.errors import ScratchServerUnusable
from toolkit.server.scratch import open_scratch
from toolkit.server.scratch_cluster import KEPT_TEMPLATES

USER = """
import sys
from toolkit.server.scratch import open_scratch
with open_scratch() as scratch:
    print(scratch.create(), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def foreign(cluster, monkeypatch):
    """Return the administrator's URL of a durable server."""
    url = cluster.conninfo("postgres")
    monkeypatch.setenv("TOOLKIT_SCRATCH_URL", url)
    return url


def databases(url):
    with psycopg.connect(url) as connection:
        query = "SELECT datname FROM pg_database WHERE datname ^@ 'toolkit' ORDER BY oid"
        return [name for (name,) in connection.execute(query)]


def leave_empty(conninfo):
    psycopg.connect(conninfo).close()


def test_all_databases_of_ours_are_dropped_at_the_end(foreign):
    with open_scratch() as scratch:
        scratch.release(scratch.create())
        scratch.create()
        scratch.clone(scratch.template("foreign", leave_empty))
        assert scratch._strategy.as_string(None) == "WAL_LOG"
        assert len(databases(foreign)) == 4
    assert [name.rpartition("_")[0] for name in databases(foreign)] == ["toolkit_template"]


def test_they_are_dropped_after_a_failure_too(foreign):
    with pytest.raises(RuntimeError), open_scratch() as scratch:  # noqa: PT012 - the block itself is tested
        scratch.create()
        raise RuntimeError
    assert databases(foreign) == []


def test_the_newest_templates_are_kept_and_those_in_use(foreign):
    with open_scratch() as user:
        used = user.template("used", leave_empty)
        with open_scratch() as scratch:
            names = [scratch.template(f"{number}", leave_empty) for number in range(KEPT_TEMPLATES + 1)]
        assert databases(foreign) == [used, *names[1:]]


@pytest.fixture
def other(foreign):
    """Return the URL of another database of the durable server: locks of the one don't hold in the other."""
    with psycopg.connect(foreign, autocommit=True) as connection:
        connection.execute("CREATE DATABASE other")
    return make_conninfo(foreign, dbname="other")


def test_template_that_is_built_by_way_of_two_databases_at_once_is_there_once(foreign, other, monkeypatch):
    def build_in_between(conninfo):
        monkeypatch.setenv("TOOLKIT_SCRATCH_URL", other)
        with open_scratch() as second:
            second.template("one", leave_empty)

    with open_scratch() as first:
        name = first.template("one", build_in_between)
        assert databases(foreign) == [name]
        first.clone(name)


def test_templates_are_kept_that_are_in_use_by_way_of_another_database(foreign, other, monkeypatch):
    with open_scratch() as user:
        used = user.template("used", leave_empty)
        monkeypatch.setenv("TOOLKIT_SCRATCH_URL", other)
        with open_scratch() as scratch:
            for number in range(KEPT_TEMPLATES + 1):
                scratch.template(f"{number}", leave_empty)
        assert databases(foreign)[0] == used


def test_what_a_killed_process_left_is_dropped_and_what_others_use_is_not(foreign, children):
    alive, killed = children(USER), children(USER)
    kept, _ = alive.stdout.readline(), killed.stdout.readline()
    killed.kill()
    killed.wait()
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    end = time.monotonic() + 30
    with psycopg.connect(foreign, autocommit=True) as connection:  # its backend sees the end a moment later
        while connection.execute(held).fetchone()[0] > 1:
            assert time.monotonic() < end
    with open_scratch() as scratch:
        scratch._dropper.join()
        assert databases(foreign) == [conninfo_to_dict(kept)["dbname"]]


def test_another_major_than_the_wanted_one_is_refused(foreign):
    with pytest.raises(ScratchServerUnusable, match="PostgreSQL 18, wanted is 15"), open_scratch(15):
        pass


def test_a_user_who_may_not_create_databases_is_refused(foreign, monkeypatch):
    with psycopg.connect(foreign, autocommit=True) as connection:
        connection.execute("CREATE ROLE modest LOGIN")
    monkeypatch.setenv("TOOLKIT_SCRATCH_URL", make_conninfo(foreign, user="modest"))
    with pytest.raises(ScratchServerUnusable, match="may not create databases"), open_scratch():
        pass


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3cret@localhost:1/x",
        "postgresql://u:p@s3cret@h/x",
        "jdbc:u:s3cret",
        "postgres://u:%s3cret@h",
    ],
)
def test_a_server_out_of_reach_is_refused_without_the_password(monkeypatch, url):
    monkeypatch.setenv("TOOLKIT_SCRATCH_URL", url)
    with pytest.raises(ScratchServerUnusable) as caught, open_scratch():
        pass
    assert "s3cret" not in str(caught.value)
