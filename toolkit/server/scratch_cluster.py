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
from toolkit.server.account import server_account
from toolkit.server.binaries import Binaries, find_binaries, reachable
from toolkit.server.datadir import child_environment, make_data_directory
from toolkit.server.places import (
    digest,
    explained,
    is_locked,
    locked,
    make_own,
    make_private,
    open_lock,
    remove_tree,
    scratch_directory,
    socket_directory,
)
from toolkit.server.postmaster import PORT, Postmaster, Server, server_command, server_conninfo

KEPT_TEMPLATES = 4
_USERS, _SUPERVISOR = "users.lock", "supervisor.lock"
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "checkpoint_timeout": "1h",
    "max_connections": "200",
    "max_locks_per_transaction": "512",  # a package of 5,000 objects is loaded in one transaction
    "jit": "off",  # tables are small; compiling a large view takes longer than a second
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
    with explained(directory):
        make_own(directory.parent, server_account())
        make_own(directory, server_account())
        users = open_lock(directory / _USERS)
    server = Server(directory)
    try:
        with explained(directory):
            fcntl.flock(users, fcntl.LOCK_SH)
            with locked(directory / "start.lock"):
                found = _running(server, directory / _SUPERVISOR) or _launch(directory, server, binaries)
        yield found.conninfo("postgres")
    finally:
        os.close(users)


def _running(server: Server, supervised: Path) -> Postmaster | None:
    if not is_locked(supervised):
        return None  # a server without a supervisor is on its way out
    try:
        return server.wait_until_ready(lambda: is_locked(supervised))
    except ServerStartFailed:
        if is_locked(supervised):
            raise
        return None  # it was just ending


def _launch(directory: Path, server: Server, binaries: Binaries) -> Postmaster:
    account = server_account()
    runnable = reachable(binaries, account)
    clean = directory / "clean"
    server.stop()
    if clean.exists():
        clean.unlink()
    else:  # with fsync off, nothing of what an unclean stop left can be trusted
        remove_tree(server.data)
    if not server.data.exists():
        make_data_directory(runnable, account, server.data)
    sockets = socket_directory(directory)
    remove_tree(sockets)  # no server is alive: a lock file in there names a process that is gone
    make_private(sockets, account)
    psql = [str(binaries.bindir / "psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname"]
    task = {
        "command": server_command(runnable, server.data, sockets, SETTINGS),
        "data": str(server.data),
        "environment": child_environment(),
        "account": account.popen_options(),
        "users": str(directory / _USERS),
        "sweep": [*psql, server_conninfo(sockets, PORT, "postgres")],
        "sql": _SWEEP,
        "clean": str(clean),
    }
    supervised = directory / _SUPERVISOR
    _spawn_supervisor(task, directory, server)
    return server.wait_until_ready(lambda: is_locked(supervised))


def _spawn_supervisor(task: Mapping[str, object], directory: Path, server: Server) -> None:
    own, servers = open_lock(directory / _SUPERVISOR), server.lock()
    try:
        fcntl.flock(own, fcntl.LOCK_EX)  # both locks go on with their descriptors
        with server.open_log() as output:
            subprocess.run(
                [sys.executable, "-I", "-S", supervisor.__file__, json.dumps({**task, "lock": servers})],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=directory,
                env=child_environment(),
                pass_fds=[own, servers],
                start_new_session=True,
                check=False,  # a failure shows in the log and by the lock that nobody holds
            )
    finally:
        os.close(own)
        os.close(servers)
