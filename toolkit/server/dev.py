"""The dev cluster: a durable server of the project's own, which stays up until it is stopped."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from toolkit.server.account import server_account
from toolkit.server.binaries import find_binaries, reachable
from toolkit.server.datadir import make_data_directory
from toolkit.server.places import (
    digest,
    explained,
    locked,
    make_own,
    make_private,
    remove_tree,
    socket_directory,
    state_directory,
)
from toolkit.server.postmaster import Postmaster, Server, server_command

DATABASE = "postgres"  # what initdb makes: the server belongs to one project alone


def forget_libpq_variables() -> None:
    """Take PGSERVICE, PGOPTIONS and their like out of this process's environment.

    They are meant for other servers, and would lead a connection to the dev cluster astray. No URL can keep
    them off: libpq looks up PGSERVICE whatever the URL says.
    """
    for name in list(os.environ):
        if name.startswith("PG"):
            os.environ.pop(name, None)


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
        self._server = Server(self.directory)
        self._lock = self.directory / "lock"

    def start(self) -> Postmaster:
        """See to it that the server runs; safe when several processes or threads start at once."""
        with explained(self.directory):
            found = self._server.found()
            if found and found.accepts:
                return found
            make_own(self.directory, server_account())
            with locked(self._lock):
                return self._server.settle() or self._launch()

    def stop(self) -> bool:
        """Stop the server and wait until it is gone; False where none ran."""
        with explained(self.directory):
            if not self.directory.exists():
                return False
            with locked(self._lock):
                return self._server.stop()

    def reset(self) -> None:
        """Stop the server and delete its data; the next start makes an empty database."""
        with explained(self.directory):
            if not self.directory.exists():
                return
            with locked(self._lock):
                self._server.stop()
                remove_tree(self._server.data)
                remove_tree(socket_directory(self.directory))

    def status(self) -> ClusterStatus:
        """Look, without starting or changing anything."""
        with explained(self.directory):
            version = self._version()
            server = self._server.found()
        if server is None or not server.accepts:
            state = "absent" if version is None else "stopped"
            return ClusterStatus(state, version, None, None, self.directory, self._server.log)
        url = server.conninfo(DATABASE)
        return ClusterStatus("running", version, server.pid, url, self.directory, self._server.log)

    def conninfo(self, database: str = DATABASE) -> str:
        """Return the libpq URI of a database of the server, which is started if need be."""
        return self.start().conninfo(database)

    def _version(self) -> int | None:
        try:
            return int((self._server.data / "PG_VERSION").read_text(encoding="ascii"))
        except FileNotFoundError:
            return None

    def _launch(self) -> Postmaster:
        account = server_account()
        binaries = reachable(find_binaries(self._version()), account)
        if not self._server.data.exists():
            make_data_directory(binaries, account, self._server.data)
        sockets = socket_directory(self.directory)
        remove_tree(sockets)  # no server is alive: a lock file in there names a process that is gone
        make_private(sockets, account)
        process = self._server.spawn(server_command(binaries, self._server.data, sockets, {}), account)
        server = self._server.wait_until_ready(lambda: process.poll() is None)
        process.returncode = 0  # it is to outlive us: no warning that it still runs
        return server
