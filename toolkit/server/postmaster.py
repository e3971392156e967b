"""A server process over a data directory: is it there, start it, wait for it, stop it.

The data directory's postmaster.pid says where the server is; that it is alive is shown by connecting.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from toolkit.errors import ServerStartFailed, ServerStopFailed
from toolkit.server.account import Account, refusal
from toolkit.server.binaries import Binaries
from toolkit.server.datadir import child_environment, ran_out_of_room
from toolkit.server.places import disk_full

PORT = 5432  # names the socket file; nothing listens on TCP
_PATIENCE = 60.0  # seconds; recovery after a crash takes long
_PAUSE = 0.002  # seconds between two looks
_LOG_LINES = 15
_LEAST_ROOM = 1 << 20  # bytes
_PID_FILE = "postmaster.pid"
_PROC = Path("/proc/self/cmdline")


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
        """Return a libpq URI over the unix socket for the superuser `postgres`."""
        return server_conninfo(self.socket, self.port, database)


def server_conninfo(sockets: Path, port: int, database: str) -> str:
    """Return the libpq URI of a database behind the socket in a folder."""
    return f"postgresql://postgres@{quote(str(sockets), safe='')}:{port}/{quote(database, safe='')}"


def read_postmaster(data: Path) -> Postmaster | None:
    """Return what postmaster.pid says; None where there is none or it names no process."""
    try:
        text = (data / _PID_FILE).read_text(encoding="utf-8", errors="surrogateescape")
        # A server that has just begun has not written the later lines yet.
        lines = text.splitlines() + [""] * 8
        return Postmaster(int(lines[0]), Path(lines[4]), int(lines[3] or PORT), lines[7].strip())
    except (FileNotFoundError, ValueError):
        return None


def server_command(binaries: Binaries, data: Path, sockets: Path, settings: Mapping[str, str]) -> list[str]:
    """Return the argument list that runs the server in the foreground."""
    quoted = str(sockets).replace('"', '""')
    fixed = {"listen_addresses": "", "port": str(PORT), "unix_socket_directories": f'"{quoted}"'}
    options = [f"--{name}={value}" for name, value in {**fixed, **settings}.items()]
    return [str(binaries.bindir / "postgres"), "-D", str(data), *options]


def spawn(command: list[str], account: Account, data: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own, so that it survives us and the terminal's Ctrl-C."""
    with contextlib.suppress(FileNotFoundError):
        log.replace(log.with_name(f"{log.name}.old"))
    with log.open("wb") as output:
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=data,
                env=child_environment(),
                start_new_session=True,
                **account.popen_options(),
            )
        except PermissionError as error:
            raise refusal(account, error) from error


def wait_until_ready(data: Path, log: Path, alive: Callable[[], bool]) -> Postmaster:
    """Wait until the server takes connections; raises ServerStartFailed with the end of its log.

    alive: whether the process that was started is still there.
    """
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        there = alive()
        found = read_postmaster(data)
        if found and found.accepts:
            return found
        if not there:
            break
        time.sleep(_PAUSE)
    else:
        raise ServerStartFailed(
            f"The embedded server was not ready after {_PATIENCE:.0f} seconds; "
            f"{log} ends with:\n{_tail(log)}",
            remedy="\nIt may still be recovering: try again.",
        )
    text = _tail(log)
    room = os.statvfs(data)
    if ran_out_of_room(text) or room.f_bavail * room.f_frsize < _LEAST_ROOM:
        raise disk_full(data)
    raise ServerStartFailed(f"The embedded server did not start; {log} ends with:\n{text}")


def stop(data: Path) -> bool:
    """Stop the server (its clients are disconnected) and wait; False where there was none.

    Raises ServerStopFailed when it is still there after a minute.
    """
    found = read_postmaster(data)
    if found is None or not runs(found.pid, data):
        return False
    os.kill(found.pid, signal.SIGINT)
    end = time.monotonic() + _PATIENCE
    while runs(found.pid, data):
        if time.monotonic() > end:
            raise ServerStopFailed(
                f"The embedded server (process {found.pid}) did not stop in {_PATIENCE:.0f} seconds.",
                remedy=f"Look into it, or end it with: kill -QUIT {found.pid}",
            )
        time.sleep(_PAUSE)
    return True


def settle(data: Path, log: Path) -> Postmaster | None:
    """Return the server of a data directory if there is one, waiting while it starts or stops.

    None means that a server can be started: a pid file that names no server of this directory is gone then
    (PostgreSQL itself takes a recycled process id for a running server, and refuses a truncated file).
    """
    found = read_postmaster(data)
    if found is None:
        (data / _PID_FILE).unlink(missing_ok=True)
        return None
    if not found.accepts and runs(found.pid, data):
        with contextlib.suppress(ServerStartFailed):
            return wait_until_ready(data, log, lambda: runs(found.pid, data))
        if runs(found.pid, data):
            raise ServerStartFailed(f"The embedded server (process {found.pid}) takes no connections.")
    if found.accepts:
        return found
    (data / _PID_FILE).unlink(missing_ok=True)
    return None


def runs(pid: int, data: Path) -> bool:
    """Tell whether the process is a server over this data directory; a zombie is not."""
    if _PROC.exists():
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return arguments[1:3] == [b"-D", os.fsencode(data)]
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _tail(log: Path) -> str:
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:])
    return "(no log)"
