"""The dev cluster: one durable server, whoever starts it and whatever was left behind."""

import os
import signal
import subprocess
import threading
import time

import psycopg
import pytest

from toolkit.errors import ServerStartFailed
from toolkit.server.account import server_account
from toolkit.server.dev import DevCluster
from toolkit.server.places import socket_directory
from toolkit.server.target import resolve_target

START = """
import sys
from pathlib import Path
from toolkit.server.dev import DevCluster
cluster = DevCluster(Path(sys.argv[1]))
cluster.start()
print(cluster.status().pid, flush=True)
sys.stdin.read()
"""


def one(conninfo, query):
    with psycopg.connect(conninfo) as connection:
        return connection.execute(query).fetchone()[0]


def keep_a_row(conninfo):
    with psycopg.connect(conninfo) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS a")


def postmasters(cluster, processes_with):
    return [pid for pid in processes_with(cluster.directory / "data") if pid == cluster.status().pid]


def test_status_tells_absent_running_and_stopped(cluster):
    assert cluster.status().state == "absent"
    cluster.start()
    assert (cluster.status().state, cluster.status().version) == ("running", 18)
    cluster.stop()
    assert (cluster.status().state, cluster.status().pid) == ("stopped", None)


def test_looking_changes_nothing(cluster):
    cluster.status()
    assert not cluster.stop()
    cluster.reset()
    assert not cluster.directory.exists()


def test_stop_leaves_no_process_and_keeps_the_data(cluster, processes_with):
    keep_a_row(cluster.conninfo())
    assert cluster.stop()
    assert not processes_with(cluster.directory)
    assert not cluster.stop()
    assert one(cluster.conninfo(), "SELECT a FROM kept") == 1


def test_stop_disconnects_clients(cluster, processes_with):
    with psycopg.connect(cluster.conninfo()) as connection:
        cluster.stop()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_reset_deletes_the_data(cluster):
    keep_a_row(cluster.conninfo())
    cluster.reset()
    assert cluster.status().state == "absent"
    assert one(cluster.conninfo(), "SELECT to_regclass('kept')") is None


def test_the_database_is_durable_checked_and_utf8(cluster):
    conninfo = cluster.conninfo()
    shown = {name: one(conninfo, f"SHOW {name}") for name in ("fsync", "full_page_writes", "data_checksums")}
    assert shown == dict.fromkeys(shown, "on")
    assert one(conninfo, "SELECT lower('ÀÉ')") == "àé"
    assert one(conninfo, "SHOW listen_addresses") == ""
    assert one(conninfo, "SELECT current_database()") == "postgres"


def test_its_log_which_may_quote_rows_is_read_by_its_owner_only(cluster):
    cluster.start()
    assert cluster.status().log.stat().st_mode & 0o777 == 0o600


def test_processes_that_start_at_once_share_one_server(cluster, tmp_path, children):
    started = [children(START, tmp_path) for _ in range(3)]
    pids = {child.stdout.readline() for child in started}
    assert pids == {f"{cluster.status().pid}\n"}


def test_threads_that_resolve_the_target_at_once_share_one_server(cluster, tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    found = []
    threads = [threading.Thread(target=lambda: found.append(resolve_target(tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [cluster.conninfo()] * 4


def test_the_target_is_database_url_where_it_is_set(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "host=elsewhere")
    assert resolve_target(tmp_path) == "host=elsewhere"
    assert cluster.status().state == "absent"


def test_the_server_outlives_a_killed_client_and_its_terminal(cluster, tmp_path, children):
    child = children(START, tmp_path, start_new_session=True)
    child.stdout.readline()
    os.killpg(child.pid, signal.SIGINT)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    pid = cluster.status().pid
    assert pid
    cluster.start()
    assert cluster.status().pid == pid


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_start_that_is_cut_short_leaves_a_server_or_none(cluster, tmp_path, children, processes_with, end):
    cluster.start()
    for delay in (0.0, 0.01, 0.02, 0.03, 0.05):
        cluster.stop()
        child = children(START, tmp_path, start_new_session=True)
        while cluster._server.found() is None and child.poll() is None:
            time.sleep(0.001)
        time.sleep(delay)
        os.killpg(child.pid, end)
        child.wait()
        assert one(cluster.conninfo(), "SELECT 1") == 1
        assert len(postmasters(cluster, processes_with)) == 1


def test_a_killed_postmaster_is_started_again_with_its_data(cluster):
    keep_a_row(cluster.conninfo())
    first = cluster.status().pid
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    assert cluster.status().state == "stopped"
    assert one(cluster.conninfo(), "SELECT a FROM kept") == 1
    assert cluster.status().pid != first


def test_a_killed_postmaster_can_be_stopped(cluster, processes_with):
    cluster.start()
    os.kill(cluster.status().pid, signal.SIGKILL)
    cluster.stop()
    assert not processes_with(cluster.directory)


@pytest.mark.parametrize(
    "text", ["", "\n", "garbage", "12", "{pid}", "{pid}\n{data}\n1\n5432\n{sockets}\n\n1 1\nready\n"]
)
def test_a_stale_pid_file_does_not_keep_the_server_from_starting(cluster, text):
    cluster.start()
    cluster.stop()
    account = server_account()
    # The server takes a process of its own user for itself.
    stranger = subprocess.Popen(["sleep", "60"], **account.popen_options())
    try:
        file = cluster.directory / "data/postmaster.pid"
        file.write_text(
            text.format(
                pid=stranger.pid, data=cluster.directory / "data", sockets=cluster.directory / "socket"
            )
        )
        os.chown(file, account.uid, account.gid)
        lock = cluster.directory / "socket/.s.PGSQL.5432.lock"
        lock.write_text(f"{stranger.pid}\n")
        os.chown(lock, account.uid, account.gid)
        assert not cluster.stop()
        assert one(cluster.conninfo(), "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_that_does_not_start_shows_its_log(cluster):
    cluster.start()
    cluster.stop()
    with (cluster.directory / "data/postgresql.conf").open("a") as file:
        file.write("\nno_such_setting = on\n")
    with pytest.raises(ServerStartFailed, match="no_such_setting"):
        cluster.start()


@pytest.mark.parametrize(
    "name", ["a b", 'it\'s, "odd" é', "long-" + "x" * 150], ids=["space", "quotes", "long"]
)
def test_any_name_of_folders_will_do(own_state, monkeypatch, tmp_path, name):
    state = own_state / name
    monkeypatch.setenv("TOOLKIT_STATE_DIR", str(state))
    state.mkdir(0o711)
    cluster = DevCluster(tmp_path / name)
    try:
        assert one(cluster.conninfo(), "SELECT 1") == 1
    finally:
        cluster.reset()
    assert not socket_directory(cluster.directory).exists()
