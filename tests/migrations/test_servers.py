"""Servers that can't be migrated: behind a password, a standby, behind a pooler in transaction mode."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from toolkit.server.account import server_account
from toolkit.server.binaries import find_binaries
from toolkit.server.datadir import make_data_directory
from toolkit.server.places import make_private
from toolkit.server.postmaster import Server, server_command

HBA = "local all deployer scram-sha-256\nlocal all all trust\nlocal replication all trust\n"
BINARIES = find_binaries(18)
POOLER = """
[databases]
by_transaction = host={sockets} user=postgres dbname=postgres pool_mode=transaction
by_session = host={sockets} user=postgres dbname=postgres pool_mode=session
[pgbouncer]
unix_socket_dir = {sockets}
listen_port = 6432
auth_type = any
ignore_startup_parameters = extra_float_digits
"""


@pytest.fixture(scope="module")
def folder():
    """Return a folder that the server's account may write to."""
    outer = Path(tempfile.mkdtemp(prefix="s", dir=os.environ["TOOLKIT_STATE_DIR"]))
    outer.chmod(0o711)
    make_private(outer / "own", server_account())
    yield outer / "own"
    shutil.rmtree(outer)


@pytest.fixture(scope="module")
def start():
    """Return start(place): run a server over `place/data`, and return its conninfo."""
    running = []

    def start(place):
        server = Server(place)
        command = server_command(BINARIES, server.data, place, {"fsync": "off"})
        running.append((server, server.spawn(command, server_account())))
        return server.wait_until_ready(server.alive).conninfo("postgres")

    yield start
    for server, process in running:
        server.stop()
        process.wait()


@pytest.fixture(scope="module")
def primary(folder, start):
    """A server that asks `deployer` for a password."""
    make_private(folder / "primary", server_account())
    make_data_directory(BINARIES, server_account(), folder / "primary/data")
    (folder / "primary/data/pg_hba.conf").write_text(HBA)
    conninfo = start(folder / "primary")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE ROLE deployer LOGIN PASSWORD 'right'")
    return conninfo


@pytest.fixture(scope="module")
def standby(folder, primary, start):
    place = folder / "standby"
    make_private(place, server_account())
    command = [BINARIES.bindir / "pg_basebackup", "-d", primary, "-D", place / "data", "-R", "-c", "fast"]
    subprocess.run(command, check=True, cwd=place, **server_account().popen_options())
    return start(place)


@pytest.fixture(scope="module")
def pooler(folder, primary):
    """A PgBouncer before the primary, with one database for each mode."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(POOLER.format(sockets=folder / "primary"))
    configuration.chmod(0o644)
    with subprocess.Popen(
        [program, "-q", configuration], cwd=folder, **server_account().popen_options()
    ) as process:
        while process.poll() is None and not (folder / "primary/.s.PGSQL.6432").exists():
            time.sleep(0.01)
        yield make_conninfo(primary, port=6432)
        process.terminate()


@pytest.fixture
def refused(project):
    def refused(database):
        finished = project.run("toolkit", "migrate", database=database)
        assert (finished.returncode, finished.stdout) == (2, "")
        assert "Traceback" not in finished.stderr
        return finished.stderr

    project.add("a", "CREATE VIEW v_a AS SELECT 1;", "DROP VIEW v_a;")
    return refused


def test_password_is_asked_for_and_refused(primary, refused):
    missing = refused(make_conninfo(primary, user="deployer"))
    assert "The server asks for a password: " in missing
    assert "Put it into DATABASE_URL, PGPASSWORD or a passfile." in missing
    wrong = refused(make_conninfo(primary, user="deployer", password="s3cret"))
    assert 'password authentication failed for user "deployer"' in wrong
    assert "Check user, password and database name." in wrong
    assert "s3cret" not in wrong


def test_standby_takes_no_migration_and_tells_its_status(project, standby, refused):
    message = refused(standby)
    assert "The target is a standby that takes no writes. Connect to the primary server." in message
    status = project.run("toolkit", "status", database=standby)
    assert (status.returncode, "Pending:\n  a  The a." in status.stdout) == (1, True)


def test_pooler_is_refused_in_transaction_mode_only(project, pooler, refused):
    message = refused(make_conninfo(pooler, dbname="by_transaction"))
    assert "The target is a pooler in transaction mode" in message
    assert "Connect to the server itself, or to a pool in session mode." in message
    by_session = make_conninfo(pooler, dbname="by_session")
    project.done("toolkit", "migrate", database=by_session)
    project.done("toolkit", "rollback", database=by_session)
