"""The dev cluster: a durable server of the project's own, which stays up until it is stopped."""

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from toolkit.server.account import server_account
from toolkit.server.binaries import find_binaries, reachable
from toolkit.server.datadir import make_data_directory
from toolkit.server.places import (
    digest,
    explained,
    locked,
    make_own,
    remove_tree,
    socket_directory,
    state_directory,
)
from toolkit.server.postmaster import (
    Postmaster,
    read_postmaster,
    server_command,
    settle,
    spawn,
    stop,
    wait_until_ready,
)

DATABASE = "app"


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """How a dev cluster stands. state: "running", "stopped" or "absent" (never started, or reset).

    pid and conninfo are None unless it runs; version is the major, None when absent.
    """

    state: str
    version: int | None
    pid: int | None
    conninfo: str | None
    directory: Path
    log: Path


class DevCluster:
    """The server of the project in the folder `root`, in a folder of the state directory named after it."""

    def __init__(self, root: Path) -> None:
        project = root.resolve()
        readable = re.sub(r"[^A-Za-z0-9]+", "-", project.name)[:24]
        self.directory = state_directory() / "dev" / f"{readable}-{digest(str(project))}"
        self._data = self.directory / "data"
        self._log = self.directory / "server.log"
        self._lock = self.directory / "lock"

    def start(self) -> None:
        """See to it that the server runs and has the database `app`.

        Cheap where that is so already; safe when several processes or threads start at once.
        """
        with explained(self.directory):
            if self._has_database():
                return
            make_own(self.directory, server_account())
            with locked(self._lock):
                server = settle(self._data, self._log) or self._launch()
        _ensure_database(server)

    def stop(self) -> bool:
        """Stop the server and wait until it is gone; False where none ran."""
        with explained(self.directory):
            if not self._data.exists():
                return False
            with locked(self._lock):
                return stop(self._data)

    def reset(self) -> None:
        """Stop the server and delete its data; the next start makes an empty database."""
        with explained(self.directory):
            if not self.directory.exists():
                return
            with locked(self._lock):
                stop(self._data)
                remove_tree(self._data)

    def status(self) -> ClusterStatus:
        """Look, without starting or changing anything."""
        with explained(self.directory):
            version = self._version()
            server = read_postmaster(self._data)
        if server is None or not server.accepts:
            state = "absent" if version is None else "stopped"
            return ClusterStatus(state, version, None, None, self.directory, self._log)
        url = server.conninfo(DATABASE)
        return ClusterStatus("running", version, server.pid, url, self.directory, self._log)

    def conninfo(self, database: str = DATABASE) -> str:
        """Return the libpq URI of a database of the server, which is started if need be."""
        self.start()
        server = read_postmaster(self._data)
        assert server is not None
        return server.conninfo(database)

    def _has_database(self) -> bool:
        server = read_postmaster(self._data)
        if server is None or not server.accepts:
            return False
        try:
            psycopg.connect(server.conninfo(DATABASE)).close()
        except psycopg.OperationalError:
            return False
        return True

    def _version(self) -> int | None:
        try:
            return int((self._data / "PG_VERSION").read_text(encoding="ascii"))
        except FileNotFoundError:
            return None

    def _launch(self) -> Postmaster:
        account = server_account()
        binaries = reachable(find_binaries(self._version()), account)
        if not self._data.exists():
            make_data_directory(binaries, account, self._data)
        sockets = socket_directory(self.directory, account)
        command = server_command(binaries, self._data, sockets, {})
        process = spawn(command, account, self._data, self._log)
        server = wait_until_ready(self._data, self._log, lambda: process.poll() is None)
        process.returncode = 0  # it is to outlive us: no warning that it still runs
        return server


def _ensure_database(server: Postmaster) -> None:
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            return
        # Another process may be faster.
        with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
