"""New data directories: made by initdb, or copied from a result of it that was kept."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from toolkit.errors import ServerStartFailed
from toolkit.server.account import Account, refusal
from toolkit.server.binaries import Binaries
from toolkit.server.places import (
    digest,
    disk_full,
    locked,
    make_own,
    make_private,
    remove_tree,
    state_directory,
)

_LAYOUT = 2  # to be raised when the options of initdb change
_NO_ROOM = "No space left on device"
_BUILTIN_PROVIDER = 17  # the first major with a C.UTF-8 that does not depend on the system's libraries


def make_data_directory(binaries: Binaries, account: Account, target: Path) -> None:
    """Make a fresh data directory at `target`, which must not exist; it appears whole or not at all.

    The first one of a version is made by initdb; once a second one is wanted, the result of another initdb is
    kept, and copied then and from then on. Raises ServerStartFailed or ServerDiskFull.
    """
    folder = state_directory() / "initdb"
    make_own(folder, account)
    cached = folder / f"{binaries.version}-{_LAYOUT}-{digest(str(binaries.bindir))}"
    lock = folder / f"{cached.name}.lock"
    if _is_first(lock):
        with _whole(target) as partial:
            _initialise(binaries, account, partial)
        return
    with locked(lock):
        if not cached.exists():
            with _whole(cached) as partial:
                _initialise(binaries, account, partial)
    with _whole(target) as partial:
        _copy(cached, partial, account)


def _is_first(lock: Path) -> bool:
    """Make the lock file; False where it is there already."""
    try:
        os.close(os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return False
    return True


@contextlib.contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Give the name of a folder to fill, which becomes `target` when that succeeds."""
    partial = target.with_name(f"{target.name}.partial")
    remove_tree(partial)
    try:
        yield partial
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _copy(source: Path, target: Path, account: Account) -> None:
    # By a child: a thousand small files are no work for a thread while this process imports Alembic.
    make_private(target, account)
    status, output = _run(["cp", "-R", f"{source}/.", str(target)], account, target)
    if ran_out_of_room(output):
        raise disk_full(target.parent)
    if status != 0:
        raise ServerStartFailed(f"The data directory {target} could not be made: {output.strip()}")


def child_environment() -> dict[str, str]:
    """Return the environment of the server's processes: nothing of libpq, no locale, no secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def ran_out_of_room(text: str) -> bool:
    """Tell whether a program's output says that the disk is full."""
    return _NO_ROOM in text


def _initialise(binaries: Binaries, account: Account, folder: Path) -> None:
    output = ""
    for locale in ("C.UTF-8", "C"):  # not every system has the first
        make_private(folder, account)
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [
            str(binaries.bindir / "initdb"),
            f"--pgdata={folder}",
            f"--locale={locale}",
            *(provider if binaries.major >= _BUILTIN_PROVIDER else ()),
            "--lc-messages=C",
            "--encoding=UTF8",
            "--username=postgres",
            "--auth=trust",
            "--data-checksums",
            "--no-sync",
            "--no-instructions",
        ]
        status, output = _run(command, account, folder)
        if status == 0:
            return
        shutil.rmtree(folder)
        if ran_out_of_room(output):
            raise disk_full(folder.parent)
    raise ServerStartFailed(f"initdb failed: {output.strip()}")


def _run(command: list[str], account: Account, folder: Path) -> tuple[int, str]:
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env=child_environment(),
            start_new_session=True,
            **account.popen_options(),
        )
    except PermissionError as error:
        if not account.switch:
            raise
        raise refusal(account, error) from error
    try:
        output, _ = process.communicate()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return process.returncode, output
