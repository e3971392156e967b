"""Where the embedded servers keep their files: safe directories, short socket paths, file locks.

Directories that we write to belong to us; only `data` and `socket` in them belong to the server's account, so
that a server run for root can't lead root astray with a link.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from toolkit.errors import ServerDirectoryError, ServerDiskFull
from toolkit.server.account import Account, refusal

_SOCKET_LIMIT = 103  # bytes in sockaddr_un, the smallest of the supported systems
_SOCKET_FILE = "/.s.PGSQL.5432"
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - what we make in it is checked for owner and mode
_SCRATCH_ROOM = 1 << 30  # bytes


def state_directory() -> Path:
    """Return the folder of everything that outlives a command (absolute; it may not exist yet).

    Raises ServerDirectoryError for a relative TOOLKIT_STATE_DIR, which would mean another server in each
    working directory, and for a user without a home.
    """
    chosen = os.environ.get("TOOLKIT_STATE_DIR")
    if chosen:
        if not Path(chosen).is_absolute():
            raise ServerDirectoryError(
                f"TOOLKIT_STATE_DIR is {chosen}, which means another folder wherever a command is run.",
                remedy="Set it to an absolute path.",
            )
        return Path(chosen).resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/cqrs-toolkit")
    home = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not home.is_absolute():  # is to be ignored, as the specification has it
        home = _home() / ".local/state"
    return home.resolve() / "cqrs-toolkit"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        raise ServerDirectoryError(
            "This user has no home directory for the files of the embedded server.",
            remedy="Set TOOLKIT_STATE_DIR, or DATABASE_URL to use another server.",
        ) from error


def scratch_directory(name: str) -> Path:
    """Return the folder of a scratch cluster: in memory where that has room, else in the state directory."""
    state = state_directory()
    in_memory = _SHARED_MEMORY / f"cqrs-toolkit-{os.geteuid()}-{digest(str(state))}"
    try:
        room = os.statvfs(_SHARED_MEMORY)
    except OSError:
        return state / "scratch" / name
    # A cluster that is there already has taken some of the room itself.
    if (in_memory / name).exists() or room.f_bavail * room.f_frsize >= _SCRATCH_ROOM:
        return in_memory / name
    return state / "scratch" / name


def socket_directory(cluster: Path) -> Path:
    """Return the folder for a cluster's socket: beside its data, or a short one where that is too long."""
    beside = cluster / "socket"
    if len(os.fsencode(beside)) + len(_SOCKET_FILE) <= _SOCKET_LIMIT:
        return beside
    return Path("/tmp") / f"cqrs-toolkit-{os.geteuid()}-{digest(str(cluster))}"  # noqa: S108 - checked when made


def make_own(folder: Path, account: Account) -> None:
    """Make a folder that belongs to us, with its parents; the server's account may pass through it.

    Raises ServerDirectoryError where it is there and somebody else could write to it, where somebody else
    could put another folder in its place, or where the account can't pass the folders above.
    """
    if not folder.parent.exists():
        make_own(folder.parent, account)
    mode = 0o711 if account.switch else 0o700
    try:
        folder.mkdir(mode)
        folder.chmod(mode)  # whatever the umask
    except FileExistsError:
        _check(folder, os.geteuid(), 0o022)
    _check_above(folder)
    if account.switch and not all(_permits(place, account, 0o1) for place in (folder, *folder.parents)):
        raise ServerDirectoryError(
            f"User {account.name}, who runs the server, can't pass the folders above {folder}.",
            remedy="Set TOOLKIT_STATE_DIR to a folder that everybody can pass.",
        )


def make_private(folder: Path, account: Account) -> None:
    """Make a folder that belongs to the server's account, mode 0700; raises ServerDirectoryError as above."""
    try:
        folder.mkdir(0o700)
        folder.chmod(0o700)
        give(folder, account)
    except FileExistsError:
        _check(folder, account.uid, 0o077)


def give(path: Path, account: Account) -> None:
    """Hand one file or folder (never what a link leads to) to the server's account."""
    if not account.switch:
        return
    try:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    except OSError as error:
        if error.errno in (errno.EPERM, errno.EINVAL):
            raise refusal(account, error) from error
        raise


def can_pass(path: Path, account: Account) -> bool:
    """Tell whether the server's account can read and pass `path` and pass every folder above it."""
    real = path.resolve()
    return _permits(real, account, 0o5) and all(_permits(folder, account, 0o1) for folder in real.parents)


def remove_tree(folder: Path) -> None:
    """Remove a folder if it is there."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def digest(text: str) -> str:
    """Return a short stable name for a text."""
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:12]


def open_lock(file: Path) -> int:
    """Return a descriptor of a lock file, made if need be; closing it gives the lock back."""
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def is_locked(file: Path) -> bool:
    """Tell whether anybody holds the lock of a file that may not be there."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a file lock that no other thread or process holds at the same time; waits for it."""
    descriptor = open_lock(file)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn what the file system refuses into ServerDiskFull or ServerDirectoryError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(folder) from error
        raise ServerDirectoryError(
            f"{error.filename or folder} can't be used for the embedded server: {error.strerror or error}.",
            remedy="Set TOOLKIT_STATE_DIR to a folder that can be used, or DATABASE_URL to another server.",
        ) from error


def disk_full(folder: Path) -> ServerDiskFull:
    """Return the error for a file system without room."""
    return ServerDiskFull(
        f"No space is left for the embedded server in {folder}.",
        remedy="Free some, or set TOOLKIT_STATE_DIR to a folder with room.",
    )


def _permits(path: Path, account: Account, bits: int) -> bool:
    found = path.stat()
    if found.st_uid == account.uid:
        bits <<= 6
    elif found.st_gid == account.gid:
        bits <<= 3
    return found.st_mode & bits == bits


def _check_above(folder: Path) -> None:
    """Refuse a folder below one in which somebody else can rename and remove what is not theirs.

    Its owner can, and everybody can where all may write and there is no sticky bit. Whoever owns / is root,
    as far as can be seen from within a user namespace.
    """
    trusted = (0, os.geteuid(), Path("/").stat().st_uid)
    for place in folder.parents:
        found = place.stat()
        open_to_all = found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX
        if found.st_uid not in trusted or open_to_all:
            raise ServerDirectoryError(
                f"{place} is above the embedded server's files, and others than you and root can change it.",
                remedy="Set TOOLKIT_STATE_DIR to another place, or DATABASE_URL to use another server.",
            )


def _check(folder: Path, uid: int, forbidden: int) -> None:
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == uid and not found.st_mode & forbidden:
        return
    raise ServerDirectoryError(
        f"{folder} is there, but is not a folder that only user id {uid} can write to.",
        remedy="Remove it, or set TOOLKIT_STATE_DIR to another place.",
    )
