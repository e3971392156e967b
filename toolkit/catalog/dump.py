"""The table of contents of a `pg_dump` archive, read into entries."""

import contextlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pgdumplib.dump import Dump
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from toolkit.catalog.catalog import Entry
from toolkit.errors import CatalogUnreadable
from toolkit.server.binaries import Binaries

_LOCK_WAIT = "10s"  # for ACCESS SHARE on a table that somebody is changing
_TOOLKIT_SCHEMA = "toolkit"
_ALEMBIC_TABLE = "*.alembic_version"
# Properties of the archive and of the database as a whole, its name among them: no objects in it.
_NO_OBJECTS = frozenset({"ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE", "DATABASE PROPERTIES"})
_OF_THE_DATABASE = "DATABASE "
_WITHOUT_OWNER = frozenset({"ACL", "COMMENT", "DEFAULT ACL", "SECURITY LABEL"})
# What has overloads, and a name in the archive that does not tell them apart; DROP names one of them.
_OVERLOADED = frozenset({"OPERATOR", "OPERATOR CLASS", "OPERATOR FAMILY"})
_SCHEMA = re.compile(r'\A(?:[^".]+|"(?:[^"]|"")+")\.')
# An option that servers set on columns themselves, and that only a pg_dump of the same major leaves out.
_SET_BY_SERVER = re.compile(r"pg_attver=\d+, |(?:, )?pg_attver=\d+")
_SETTING_NOTHING = re.compile(
    r"^ALTER (?:FOREIGN )?TABLE (?:ONLY )?.+ ALTER COLUMN .+ SET \(\);\n?", re.MULTILINE
)
_VIEW_RULE = " _RETURN"


class Item(NamedTuple):
    """An entry of the archive; number: by which others name it. address: its class and oid, (0, 0) for none.

    dependencies: the numbers of what it needs.
    """

    entry: Entry
    number: int
    address: tuple[int, int]
    dependencies: tuple[int, ...]


def read_entries(conninfo: str, binaries: Binaries) -> tuple[Entry, ...]:
    """Return everything in the database of `conninfo`, in the order in which pg_dump would restore it.

    What the toolkit keeps for itself is left out (schema toolkit, alembic_version), and so are members of
    extensions, and what pg_dump does not know: roles, invalid indexes, rows.
    binaries: of the server's major version or a newer one. Raises CatalogUnreadable with pg_dump's words.
    """
    return tuple(item.entry for item in read_items(conninfo, binaries))


def read_items(conninfo: str, binaries: Binaries, snapshot: str | None = None) -> list[Item]:
    """Return the items of the archive; snapshot: the one that a transaction exported and that is to be read.

    The rest is as with read_entries.
    """
    with tempfile.TemporaryDirectory(prefix="toolkit-") as folder:
        archive = Path(folder) / "schema.dump"
        _dump(conninfo, binaries, archive, snapshot)
        return _with_whole_views(_read(archive))


def _dump(conninfo: str, binaries: Binaries, archive: Path, snapshot: str | None) -> None:
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
    if snapshot is not None:
        command.append(f"--snapshot={snapshot}")
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


def _read(archive: Path) -> Iterator[Item]:
    with contextlib.closing(_Archive()) as contents:
        for item in contents.load(archive).entries:
            kind, name = item.desc, item.tag or ""
            if kind in _NO_OBJECTS or (not item.namespace and name.startswith(_OF_THE_DATABASE)):
                continue
            drop = (item.drop_stmt or "").strip().removesuffix(";")
            if drop.startswith("--"):  # of the schema public, which initdb makes
                drop = f"DROP {kind} {name}"
            if kind in _OVERLOADED:
                name = drop.removeprefix(f"DROP {kind} ")
                name = _SCHEMA.sub("", name, count=1) if item.namespace else name
            elif kind == "DEFAULT ACL":
                name += f" OF {item.owner}"
            entry = Entry(
                kind,
                item.namespace or "",
                name,
                _own(item.defn or ""),
                "" if kind in _WITHOUT_OWNER else item.owner or "",
                item.tablespace or "",
                item.tableam or "",
                drop,
            )
            yield Item(entry, item.dump_id, (int(item.table_oid), int(item.oid)), tuple(item.dependencies))


def _own(definition: str) -> str:
    """Return a definition without what the server adds of its own accord."""
    if "pg_attver=" in definition:
        definition = _SETTING_NOTHING.sub("", _SET_BY_SERVER.sub("", definition))
    return definition.strip()


def _with_whole_views(items: Iterable[Item]) -> list[Item]:
    """Put the query of a view back into it where pg_dump, to break a circle, made a rule of it."""
    rules: dict[tuple[str, str], Item] = {}
    found = []
    for item in items:
        entry = item.entry
        if entry.kind == "RULE" and entry.name.endswith(_VIEW_RULE):
            rules[entry.schema, entry.name.removesuffix(_VIEW_RULE)] = item
        else:
            found.append(item)
    return [_whole_view(item, rules) for item in found] if rules else found


def _whole_view(item: Item, rules: dict[tuple[str, str], Item]) -> Item:
    entry = item.entry
    rule = rules.get((entry.schema, entry.name)) if entry.kind == "VIEW" else None
    if rule is None:
        return item
    whole = rule.entry.definition.replace("CREATE OR REPLACE VIEW", "CREATE VIEW", 1)
    return item._replace(entry=replace(entry, definition=whole, stand_in=entry.definition))


class _Archive(Dump):
    """An archive whose file and temporary folder are closed when it has been read."""

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()
        self._temp_dir.cleanup()

    def _read_int(self) -> int:
        """Read a sign and a number at once: byte by byte takes most of the time that reading takes."""
        assert self._handle is not None
        data = self._handle.read(1 + self._intsize)
        value = int.from_bytes(data[1:], "little")
        return -value if data[0] else value
