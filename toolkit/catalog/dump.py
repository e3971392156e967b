"""What is in a database, read from the table of contents of a `pg_dump` archive."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgdumplib.dump import Dump
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from toolkit.errors import CatalogUnreadable
from toolkit.server.binaries import Binaries

_LOCK_WAIT = "10s"  # for ACCESS SHARE on a table that somebody is changing
_TOOLKIT_SCHEMA = "toolkit"
_ALEMBIC_TABLE = "*.alembic_version"
# Properties of the archive and of the database as a whole, its name among them: no objects in it.
_NO_OBJECTS = frozenset({"ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE", "DATABASE PROPERTIES"})
_OF_THE_DATABASE = "DATABASE "
_WITHOUT_OWNER = frozenset({"ACL", "COMMENT", "SECURITY LABEL"})


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One object, or one thing that belongs to an object: a grant (ACL), a comment, a default, an attachment.

    kind, schema, name: as pg_dump has them, such as FUNCTION, public, f(integer), or COMMENT, public,
    TABLE tb_post; schema is empty for what stands in none. definition: SQL that makes it, names qualified.
    owner, tablespace and access_method are empty where it has none of its own, as a comment.
    """

    kind: str
    schema: str
    name: str
    definition: str
    owner: str = ""
    tablespace: str = ""
    access_method: str = ""


def read_entries(conninfo: str, binaries: Binaries) -> tuple[Entry, ...]:
    """Return everything in the database of `conninfo`, in the order in which pg_dump would restore it.

    What the toolkit keeps for itself is left out (schema toolkit, alembic_version), and so are members of
    extensions, and what pg_dump does not know: roles, invalid indexes, rows.
    binaries: of the server's major version or a newer one. Raises CatalogUnreadable with pg_dump's words.
    """
    with tempfile.TemporaryDirectory(prefix="toolkit-") as folder:
        archive = Path(folder) / "schema.dump"
        _dump(conninfo, binaries, archive)
        return tuple(_read(archive))


def _dump(conninfo: str, binaries: Binaries, archive: Path) -> None:
    database, environment = _without_password(conninfo)
    command: list[str | Path] = [
        binaries.bindir / "pg_dump",
        "--format=custom",
        "--schema-only",
        "--encoding=UTF8",
    ]
    command += ["--compress=0", "--no-password", f"--lock-wait-timeout={_LOCK_WAIT}", f"--file={archive}"]
    command += [
        f"--exclude-schema={_TOOLKIT_SCHEMA}",
        f"--exclude-table={_ALEMBIC_TABLE}",
        f"--dbname={database}",
    ]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        raise CatalogUnreadable(f"{command[0]} can't be run: {error.strerror}.") from error
    if done.returncode:
        words = done.stderr.strip().removeprefix("pg_dump: ").removeprefix("error: ")
        raise CatalogUnreadable(f"pg_dump of PostgreSQL {binaries.version} can't read the database: {words}")


def _without_password(conninfo: str) -> tuple[str, dict[str, str]]:
    """Return the conninfo that everybody may see, and the environment that holds the password."""
    options = conninfo_to_dict(conninfo)
    environment = dict(os.environ)
    password = options.pop("password", None)
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    for option in pq.Conninfo.parse(conninfo.encode()):
        if option.dispchar == b"*" and option.keyword.decode() in options:
            raise CatalogUnreadable(
                f"{option.keyword.decode()} can't be given to pg_dump without showing it to other users.",
                remedy="Use a connection service file (PGSERVICEFILE) for it.",
            )
    return make_conninfo("", **options), environment


def _read(archive: Path) -> Iterator[Entry]:
    with contextlib.closing(_Archive()) as contents:
        for entry in contents.load(archive).entries:
            kind, name = entry.desc, entry.tag or ""
            if kind in _NO_OBJECTS or (not entry.namespace and name.startswith(_OF_THE_DATABASE)):
                continue
            yield Entry(
                kind,
                entry.namespace or "",
                name,
                (entry.defn or "").strip(),
                "" if kind in _WITHOUT_OWNER else entry.owner or "",
                entry.tablespace or "",
                entry.tableam or "",
            )


class _Archive(Dump):
    """An archive whose file and temporary folder are closed when it has been read."""

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()
        self._temp_dir.cleanup()
