"""The scratch cluster: a fast, forgetful server shared by all processes of one user, gone after use.

Three locks, each a file: `users.lock` is held (shared) by everybody who uses the server; `supervisor.lock` by
its supervisor; `start.lock` by the one process that looks for the server or starts it.
"""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from toolkit.errors import ServerStartFailed
from toolkit.server import supervisor
from toolkit.server.account import Account, server_account
from toolkit.server.binaries import Binaries, find_binaries, reachable
from toolkit.server.datadir import child_environment, make_data_directory
from toolkit.server.places import (
    digest,
    explained,
    locked,
    make_own,
    open_lock,
    remove_tree,
    scratch_directory,
    socket_directory,
)
from toolkit.server.postmaster import (
    PORT,
    Postmaster,
    server_command,
    server_conninfo,
    stop,
    wait_until_ready,
)

KEPT_TEMPLATES = 4
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    "max_connections": "200",
    "dynamic_shared_memory_type": "mmap",  # a killed server leaves nothing elsewhere
    "log_checkpoints": "off",  # each new database takes two
}
_SWEEP = f"""
SELECT format('ALTER DATABASE %I IS_TEMPLATE false', datname),
       format('DROP DATABASE %I WITH (FORCE)', datname)
FROM pg_database
WHERE datname NOT IN ('postgres', 'template0', 'template1')
  AND oid NOT IN (SELECT oid FROM pg_database WHERE datname LIKE 'toolkit\\_template\\_%'
                  ORDER BY oid DESC LIMIT {KEPT_TEMPLATES})
\\gexec
"""  # a database's oid grows with its age


@contextlib.contextmanager
def use_cluster(major: int | None) -> Iterator[str]:
    """Start or join the scratch cluster of a major and keep it up; gives the libpq URI of its superuser."""
    binaries = find_binaries(major)
    directory = scratch_directory(f"{binaries.major}-{digest(f'{binaries.bindir} {binaries.version}')}")
    account = server_account()
    with explained(directory):
        make_own(directory.parent, account)
        make_own(directory, account)
        users = open_lock(directory / "users.lock")
    try:
        with explained(directory):
            fcntl.flock(users, fcntl.LOCK_SH)
            with locked(directory / "start.lock"):
                server = _running(directory) or _launch(directory, binaries, account)
        yield server.conninfo("postgres")
    finally:
        os.close(users)


def _running(directory: Path) -> Postmaster | None:
    if not _supervised(directory):
        return None
    try:
        return wait_until_ready(directory / "data", directory / "server.log", lambda: _supervised(directory))
    except ServerStartFailed:
        if _supervised(directory):
            raise
        return None  # it was just ending


def _supervised(directory: Path) -> bool:
    """Tell whether a supervisor lives; a server without one is on its way out."""
    lock = open_lock(directory / "supervisor.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _launch(directory: Path, binaries: Binaries, account: Account) -> Postmaster:
    data, log, clean = directory / "data", directory / "server.log", directory / "clean"
    stop(data)
    if clean.exists():
        clean.unlink()
    else:  # with fsync off, nothing of what an unclean stop left can be trusted
        remove_tree(data)
    if not data.exists():
        make_data_directory(binaries, account, data)
    sockets = socket_directory(directory, account)
    psql = [str(binaries.bindir / "psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname"]
    runnable = reachable(binaries, account)
    task = {
        "command": server_command(runnable, data, sockets, SETTINGS),
        "data": str(data),
        "environment": child_environment(),
        "account": account.popen_options(),
        "users": str(directory / "users.lock"),
        "sweep": [*psql, server_conninfo(sockets, PORT, "postgres")],
        "sql": _SWEEP,
        "clean": str(clean),
    }
    _spawn_supervisor(task, directory, log)
    return wait_until_ready(data, log, lambda: _supervised(directory))


def _spawn_supervisor(task: Mapping[str, object], directory: Path, log: Path) -> None:
    lock = open_lock(directory / "supervisor.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)  # goes on to the supervisor with the descriptor
        with log.open("wb") as output:
            subprocess.run(
                [sys.executable, "-I", "-S", supervisor.__file__, json.dumps(task)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=directory,
                env=child_environment(),
                pass_fds=[lock],
                start_new_session=True,
                check=False,  # a failure shows in the log and by the lock that nobody holds
            )
    finally:
        os.close(lock)
