"""Scratch databases: templates built once, clones apart from each other, nothing left whoever is killed."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from toolkit.server.places import scratch_directory
from toolkit.server.postmaster import Server
from toolkit.server.scratch import open_scratch
from toolkit.server.scratch_cluster import KEPT_TEMPLATES, SETTINGS

ROOT = Path(__file__).parents[3]
USER = """
import sys, psycopg
from toolkit.server.scratch import open_scratch
with open_scratch(18) as scratch:
    print(scratch.create(), flush=True)
    sys.stdin.read()
"""
BUILDER = """
import sys, time
from toolkit.server.scratch import open_scratch
def build(conninfo):
    print("built", flush=True)
    time.sleep(0.2)
with open_scratch(18) as scratch:
    scratch.template(sys.argv[1], build)
    print("done", flush=True)
    sys.stdin.read()
"""
RUN = """
import os, time
from pathlib import Path
from toolkit.server.dev import DevCluster
def test_slow(empty_database):
    DevCluster(Path("/a project")).start()
    assert not [name for name in os.environ if name == "DATABASE_URL" or name.startswith("PG")]
    print("state", os.environ["TOOLKIT_STATE_DIR"], flush=True)
    time.sleep(float(os.environ["NAP"]))
"""


def one(conninfo, query, values=()):
    with psycopg.connect(conninfo) as connection:
        return connection.execute(query, values).fetchone()[0]


def with_table(conninfo):
    with psycopg.connect(conninfo) as connection:
        connection.execute("CREATE TABLE built AS SELECT 1 AS a")


def databases(scratch, pattern="toolkit_%"):
    query = "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid"
    with psycopg.connect(scratch._conninfo) as connection:
        return [name for (name,) in connection.execute(query, [pattern])]


def kill_server(scratch, processes_with):
    data = one(scratch._conninfo, "SHOW data_directory")
    pid = int(Path(data, "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    server = Server(Path(data).parent)
    end = time.monotonic() + 30
    # A process that is going has no arguments any more, and its socket open for a moment yet.
    while pid in processes_with(data) or ((found := server.found()) and found.accepts):
        assert time.monotonic() < end


def wait_for_supervisor(wait_until_gone):
    wait_until_gone(scratch_directory("").as_posix())


def test_a_new_database_is_empty(scratch_by_major):
    with psycopg.connect(scratch_by_major.create()) as connection:
        count = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert count.fetchone() == (0,)
        assert connection.info.server_version // 10000 == scratch_by_major.major


def test_the_server_is_fast_and_forgetful(scratch_by_major):
    conninfo = scratch_by_major.create()
    for name, value in SETTINGS.items():
        assert one(conninfo, "SELECT current_setting(%s)", [name]) == value
    assert scratch_by_major._strategy.as_string(None) == "FILE_COPY"


def test_clones_have_what_the_template_has_and_are_apart(scratch_by_major):
    template = scratch_by_major.template("clones", with_table)
    first, second = scratch_by_major.clone(template), scratch_by_major.clone(template)
    with psycopg.connect(first) as connection:
        connection.execute("DELETE FROM built")
    assert one(first, "SELECT count(*) FROM built") == 0
    assert one(second, "SELECT count(*) FROM built") == 1


def test_a_template_is_built_once_per_key(scratch_by_major):
    built = []
    names = [scratch_by_major.template(key, built.append) for key in ("one", "two", "one")]
    assert len(built) == 2
    assert names[0] == names[2] != names[1]


def test_a_template_takes_no_connections(scratch_by_major):
    name = scratch_by_major.template("closed", with_table)
    with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
        one(psycopg.conninfo.make_conninfo(scratch_by_major._conninfo, dbname=name), "SELECT 1")


def test_a_build_that_raises_leaves_nothing_and_may_be_tried_again(scratch_by_major):
    made = []

    def fail(conninfo):
        made.append(psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"])
        with_table(conninfo)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        scratch_by_major.template("fails", fail)
    (name,) = made
    assert name not in databases(scratch_by_major)
    built = scratch_by_major.clone(scratch_by_major.template("fails", with_table))
    assert one(built, "SELECT a FROM built") == 1


def test_processes_that_want_one_template_at_once_build_it_once(scratch, children):
    builders = [children(BUILDER, "shared by processes") for _ in range(3)]
    said = []
    for builder in builders:
        line = builder.stdout.readline()
        said.append(line)
        if line == "built\n":
            said.append(builder.stdout.readline())
    assert sorted(said) == ["built\n", "done\n", "done\n", "done\n"]


def test_one_thread_clones_databases_while_another_builds_templates(own_state):
    with open_scratch() as scratch, ThreadPoolExecutor(max_workers=1) as other:
        clones = [other.submit(scratch.create) for _ in range(10)]
        for number in range(10):
            scratch.template(f"{number}", with_table)
        assert len({clone.result() for clone in clones}) == 10


def test_released_databases_are_dropped_in_batches(own_state):
    with open_scratch(18) as scratch:
        kept = scratch.create()
        released = [scratch.create() for _ in range(64)]
        for conninfo in released[:-1]:
            scratch.release(conninfo)
        assert len(databases(scratch, "toolkit_scratch_%")) == 65
        scratch.release(released[-1])
        scratch._dropper.join()
        assert databases(scratch, "toolkit_scratch_%") == [psycopg.conninfo.conninfo_to_dict(kept)["dbname"]]


def test_databases_of_a_killed_process_are_dropped_by_the_next_and_others_stay(own_state, children):
    alive, killed = children(USER), children(USER)
    kept, left = alive.stdout.readline(), killed.stdout.readline()
    killed.kill()
    killed.wait()
    kept, left = (psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"] for conninfo in (kept, left))
    names, end = [left], time.monotonic() + 30
    while left in names and time.monotonic() < end:  # its session outlives it by a moment
        with open_scratch(18) as scratch:
            if scratch._dropper:
                scratch._dropper.join()
            names = databases(scratch)
    assert kept in names
    assert left not in names


def test_the_newest_templates_outlive_the_server(own_state, wait_until_gone):
    with open_scratch(18) as scratch:
        scratch.create()
        names = [scratch.template(f"kept {number}", with_table) for number in range(KEPT_TEMPLATES + 2)]
    wait_for_supervisor(wait_until_gone)
    with open_scratch(18) as scratch:
        assert databases(scratch) == names[2:]
        assert one(scratch.clone(names[-1]), "SELECT a FROM built") == 1


def test_what_an_unclean_stop_left_is_wiped(own_state, wait_until_gone, processes_with):
    with open_scratch(18) as scratch:
        scratch.template("unclean", with_table)
        kill_server(scratch, processes_with)
    wait_for_supervisor(wait_until_gone)
    with open_scratch(18) as scratch:
        assert databases(scratch) == []


def test_a_server_killed_under_its_users_is_replaced(own_state, processes_with):
    with open_scratch(18) as first:
        kill_server(first, processes_with)
        with open_scratch(18) as second:
            assert one(second.create(), "SELECT 1") == 1


@pytest.mark.parametrize("victim", ["user", "supervisor"])
def test_a_kill_leaves_no_process(own_state, children, wait_until_gone, processes_with, victim):
    child = children(USER)
    child.stdout.readline()
    place = scratch_directory("").as_posix()
    found = processes_with(place)
    assert len(found) == 2  # supervisor and server; the server's own children have other names
    supervisor = next(pid for pid in found if b"supervisor" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(child.pid if victim == "user" else supervisor, signal.SIGKILL)
    wait_until_gone(place)
    child.kill()
    child.wait()
    with open_scratch(18) as scratch:
        assert one(scratch.create(), "SELECT 1") == 1


def pytest_run(tmp_path, nap):
    file = tmp_path / "test_nap.py"
    file.write_text(RUN)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOOLKIT_")}
    environment = {**kept, "DATABASE_URL": "host=elsewhere", "PGHOST": "elsewhere", "NAP": nap}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-s",
        "-p",
        "tests.conftest",
        f"--rootdir={tmp_path}",
        str(file),
    ]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def state_of(run):
    for line in run.stdout:
        if line.startswith("state "):
            return Path(line.split()[1])
    raise AssertionError


def test_a_test_run_leaves_nothing_even_killed_and_never_sees_database_url(
    tmp_path, wait_until_gone, processes_with
):
    killed, crashed = pytest_run(tmp_path, "60"), pytest_run(tmp_path, "60")
    with killed.stdout, crashed.stdout:
        gone, left = state_of(killed), state_of(crashed)
        killed.kill()
        killed.wait()
        (survivor,) = (
            pid for pid in processes_with(left) if b"-c" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        os.kill(survivor, signal.SIGKILL)
        crashed.kill()
        crashed.wait()
    wait_until_gone(gone)
    assert not gone.exists()
    following = pytest_run(tmp_path, "0")
    with following.stdout:
        own = state_of(following)
        following.stdout.read()
        assert following.wait() == 0
    for state in (left, own):
        wait_until_gone(state)
        assert not state.exists()


def test_variables_of_libpq_lead_to_no_other_server(scratch, monkeypatch):
    monkeypatch.setenv("PGHOSTADDR", "192.0.2.1")
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    with open_scratch(18) as other:
        with_table(other.create())
