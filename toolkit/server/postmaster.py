"""A server over the data directory of a cluster's folder: is it there, start it, wait for it, stop it.

All processes of a server inherit the descriptor of a locked file, so "a process of it is alive" has an exact
answer, whatever postmaster.pid says: a killed server leaves that file behind, with a process id that may by
now be somebody else's, and PostgreSQL refuses to start over it then.
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from toolkit.errors import ServerStartFailed, ServerStopFailed
from toolkit.server.account import Account, refusal
from toolkit.server.binaries import Binaries
from toolkit.server.datadir import child_environment, ran_out_of_room
from toolkit.server.places import disk_full, is_locked, open_lock

PORT = 5432  # names the socket file; nothing listens on TCP
_PATIENCE = 60.0  # seconds; recovery after a crash takes long
_PAUSE = 0.002  # seconds between two looks
_LOG_LINES = 15
_LEAST_ROOM = 1 << 20  # bytes
_PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What postmaster.pid says. status: "starting", "ready", "stopping", "standby" or not yet anything."""

    pid: int
    socket: Path
    port: int
    status: str

    @property
    def accepts(self) -> bool:
        """Whether it takes connections now (tried, by a bare connection to its socket)."""
        if self.status not in ("ready", "standby"):
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            try:
                client.connect(f"{self.socket}/.s.PGSQL.{self.port}")
            except OSError:
                return False
        return True

    def conninfo(self, database: str) -> str:
        """Return the libpq URI of a database, over the unix socket."""
        return server_conninfo(self.socket, self.port, database)


class Server:
    """The server of a cluster's folder. data, log: where its data directory and its log are or would be."""

    def __init__(self, directory: Path) -> None:
        self.data = directory / "data"
        self.log = directory / "server.log"
        self._lock = directory / "server.lock"
        self._pid_file = self.data / "postmaster.pid"

    def found(self) -> Postmaster | None:
        """Return what postmaster.pid says; None where there is none or it names no process."""
        try:
            text = self._pid_file.read_text(encoding="utf-8", errors="surrogateescape")
            # A server that has just begun has not written the later lines yet.
            lines = text.splitlines() + [""] * 8
            return Postmaster(int(lines[0]), Path(lines[4]), int(lines[3] or PORT), lines[7].strip())
        except (FileNotFoundError, ValueError):
            return None

    def alive(self) -> bool:
        """Tell whether any process of the server is there."""
        found = self.found()
        return is_locked(self._lock) or (found is not None and self._is_ours(found.pid))

    def lock(self) -> int:
        """Return a locked descriptor that the server's first process has to inherit."""
        descriptor = open_lock(self._lock)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return descriptor

    def open_log(self) -> BinaryIO:
        """Return an empty log for the server's processes to inherit; it may quote rows, so it is ours."""
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        os.fchmod(descriptor, 0o600)
        return os.fdopen(descriptor, "wb")

    def spawn(self, command: list[str], account: Account) -> "subprocess.Popen[bytes]":
        """Start the server in a session of its own, so that it survives us and the terminal's Ctrl-C."""
        with contextlib.suppress(FileNotFoundError):
            self.log.replace(self.log.with_name(f"{self.log.name}.old"))
        lock = self.lock()
        try:
            with self.open_log() as output:
                return subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=self.data,
                    env=child_environment(),
                    pass_fds=[lock],
                    start_new_session=True,
                    **account.popen_options(),
                )
        except PermissionError as error:
            if not account.switch:
                raise
            raise refusal(account, error) from error
        finally:
            os.close(lock)

    def wait_until_ready(self, alive: Callable[[], bool]) -> Postmaster:
        """Wait until the server takes connections; raises ServerStartFailed with the end of its log.

        alive: whether what was started is still there.
        """
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            there = alive()
            found = self.found()
            if found and found.accepts:
                return found
            if not there:
                raise self._failure()
            time.sleep(_PAUSE)
        raise ServerStartFailed(
            f"The embedded server takes no connections after {_PATIENCE:.0f} seconds; "
            f"{self.log} ends with:\n{self._tail()}",
            remedy="It may still be recovering: try again.",
        )

    def settle(self) -> Postmaster | None:
        """Return the server if there is one, waiting while it starts or stops; None when one can be started.

        To be called by one process at a time. A stale pid file is gone afterwards.
        """
        found = self.found()
        if found and found.accepts:
            return found
        if self.alive():
            try:
                return self.wait_until_ready(self.alive)
            except ServerStartFailed:
                if self.alive():
                    raise
        self._pid_file.unlink(missing_ok=True)
        return None

    def stop(self) -> bool:
        """Stop the server (its clients are disconnected) and wait; False where there was none.

        Raises ServerStopFailed when a process of it is still there after a minute.
        """
        if not self.alive():
            return False
        found = self.found()
        if found and self._is_ours(found.pid):
            os.kill(found.pid, signal.SIGINT)
        end = time.monotonic() + _PATIENCE
        while self.alive():
            if time.monotonic() > end:
                raise ServerStopFailed(
                    f"The embedded server over {self.data} did not stop in {_PATIENCE:.0f} seconds.",
                    remedy=f"{self.log} may tell why.",
                )
            time.sleep(_PAUSE)
        if found:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(found.pid, 0)  # where we started it ourselves
        return True

    def _is_ours(self, pid: int) -> bool:
        if not _PROCESSES.is_dir():  # no way to look at the process: the lock alone says
            return is_locked(self._lock)
        try:
            arguments = (_PROCESSES / str(pid) / "cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return arguments[1:3] == [b"-D", os.fsencode(self.data)]

    def _failure(self) -> Exception:
        text = self._tail()
        room = os.statvfs(self.data)
        if ran_out_of_room(text) or room.f_bavail * room.f_frsize < _LEAST_ROOM:
            return disk_full(self.data)
        return ServerStartFailed(f"The embedded server did not start; {self.log} ends with:\n{text}")

    def _tail(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(
                self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:]
            )
        return "(no log)"


def server_conninfo(sockets: Path, port: int, database: str) -> str:
    """Return the libpq URI of a database behind the socket in a folder, for the superuser `postgres`."""
    return f"postgresql://postgres@{quote(str(sockets), safe='')}:{port}/{quote(database, safe='')}"


def server_command(binaries: Binaries, data: Path, sockets: Path, settings: Mapping[str, str]) -> list[str]:
    """Return the argument list that runs the server in the foreground."""
    quoted = str(sockets).replace('"', '""')
    fixed = {"listen_addresses": "", "port": str(PORT), "unix_socket_directories": f'"{quoted}"'}
    options = [f"--{name}={value}" for name, value in {**fixed, **settings}.items()]
    return [str(binaries.bindir / "postgres"), "-D", str(data), *options]
