"""Scratch databases and their templates, on the scratch cluster or on the server of TOOLKIT_SCRATCH_URL.

A process holds an advisory lock under a random number that is part of its databases' names: a database whose
number nobody holds was left by a process that was killed, and is dropped by the next one.
"""

import contextlib
import hashlib
import itertools
import os
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from toolkit.errors import ScratchServerUnusable
from toolkit.server.binaries import OLDEST_MAJOR
from toolkit.server.scratch_cluster import KEPT_TEMPLATES, use_cluster
from toolkit.server.target import display_target

_BATCH = 64  # released databases that are dropped together
_CLONING = 18  # the first major whose files may be copied by the kernel, in half the time
_OF_SYSTEM = "58"  # class of errors
_TEMPLATE = "toolkit_template_"
_NAME = re.compile(r"toolkit_scratch_([0-9a-f]{8})_\d+")
# First keys of the advisory locks: who owns databases, who builds a template, who uses one.
_OWNS, _BUILDS, _USES = 0x746B01, 0x746B02, 0x746B03


@contextlib.contextmanager
def open_scratch(major: int | None = None) -> Iterator["Scratch"]:
    """Give a Scratch on PostgreSQL `major` (any supported one where None); its databases die with the block.

    Raises ScratchServerUnusable, or what starting the embedded server raises.
    """
    url = scratch_url()
    if url:
        with (
            _administrator(url, major) as connection,
            contextlib.closing(Scratch(url, connection)) as scratch,
        ):
            try:
                yield scratch
            finally:
                scratch.drop_all()
    else:
        with use_cluster(major) as socket:  # drops all databases when its last user is gone
            # Else PGHOSTADDR, PGOPTIONS or a service would lead to another server or to other settings.
            conninfo = make_conninfo(socket, hostaddr="", options="")
            with (
                psycopg.connect(conninfo, autocommit=True) as connection,
                contextlib.closing(Scratch(conninfo, connection)) as scratch,
            ):
                yield scratch


def scratch_url() -> str | None:
    """Return the server that is to be used in place of the embedded scratch cluster."""
    return os.environ.get("TOOLKIT_SCRATCH_URL") or None


@contextlib.contextmanager
def _administrator(url: str, major: int | None) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(url, autocommit=True)
    except psycopg.Error:  # its text may hold the password
        raise ScratchServerUnusable(
            f"The server of TOOLKIT_SCRATCH_URL can't be reached: {display_target(url)}.",
            remedy="Try the URL with psql.",
        ) from None
    with connection:
        found = connection.info.server_version // 10000
        if found < OLDEST_MAJOR or major not in (None, found):
            raise ScratchServerUnusable(
                f"The server of TOOLKIT_SCRATCH_URL is PostgreSQL {found}, wanted is {major or OLDEST_MAJOR}."
            )
        right = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
        if connection.execute(right).fetchone() != (True,):
            raise ScratchServerUnusable("The user of TOOLKIT_SCRATCH_URL may not create databases.")
        yield connection


class Scratch:
    """Makes and drops databases. major: the server's; user: who owns what is made in them."""

    def __init__(self, conninfo: str, connection: psycopg.Connection) -> None:
        """Begin with an administrator's conninfo and an autocommit connection made with it."""
        self.major = connection.info.server_version // 10000
        self.user = connection.info.user
        self._conninfo = conninfo
        self._connection = connection
        self._turn = threading.Lock()  # no database can be made in the transaction of another thread
        self._number = secrets.randbits(31)
        self._counter = itertools.count(1)
        self._alive: set[str] = set()
        self._released: list[str] = []
        self._templates: set[str] = set()
        self._dropper: threading.Thread | None = None
        self._closing = False
        durable = self._scalar("SHOW fsync") == "on"
        # Copying files takes two checkpoints, which are cheap only when nothing waits for the disk.
        self._strategy = sql.SQL("WAL_LOG" if durable else "FILE_COPY")
        self._clones = not durable and self.major >= _CLONING and self._copy_by("clone")
        self._scalar("SELECT pg_advisory_lock(%s, %s)", _OWNS, self._number)
        self._drop_later(self._left_behind())

    def create(self) -> str:
        """Return the conninfo of a new, empty database."""
        return self.clone("template0")

    def clone(self, template: str) -> str:
        """Return the conninfo of a new copy of a template database."""
        name = f"toolkit_scratch_{self._number:08x}_{next(self._counter)}"
        self._alive.add(name)
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
            sql.Identifier(name), sql.Identifier(template), self._strategy
        )
        with self._turn:
            try:
                self._connection.execute(create)
            except psycopg.OperationalError as error:
                if not self._clones or not (error.sqlstate or "").startswith(_OF_SYSTEM):
                    raise
                self._clones = False  # not every file system can
                self._copy_by("copy")
                self._connection.execute(create)
        return make_conninfo(self._conninfo, dbname=name)

    def template(self, key: str, build: Callable[[str], None], *, bases: Sequence[str] = ()) -> str:
        """Return the name of the template database for the content that `key` stands for.

        build gets the conninfo of an empty database and fills it; it is called once among all processes,
        and again later if it raised. It has to close its connections.
        bases: keys of templates that hold a part of the content, the fullest first; the first that is there
        is copied, and build goes on from it.
        """
        name = _template_name(key)
        if name in self._templates:
            return name
        number = _lock_number(name)
        self._scalar("SELECT pg_advisory_lock_shared(%s, %s)", _USES, number)
        self._scalar("SELECT pg_advisory_lock(%s, %s)", _BUILDS, number)
        try:
            if not self._existing([name]):
                self._build(name, build, bases)
        finally:
            self._scalar("SELECT pg_advisory_unlock(%s, %s)", _BUILDS, number)
        self._templates.add(name)
        return name

    def release(self, conninfo: str) -> None:
        """Say that a database of ours is no longer needed; it is dropped with others in the background."""
        self._released.append(str(conninfo_to_dict(conninfo)["dbname"]))
        if len(self._released) >= _BATCH and not (self._dropper and self._dropper.is_alive()):
            batch, self._released = self._released, []
            self._drop_later(batch)

    def keep(self, conninfo: str, name: str) -> None:
        """Rename a database of ours to what nobody drops; ends the sessions in it."""
        old = str(conninfo_to_dict(conninfo)["dbname"])
        self._alive.discard(old)
        self._connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [old]
        )
        self._connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(name))
        )

    def drop_all(self) -> None:
        """Drop all databases of ours, and all but the newest templates that nobody uses."""
        if self._dropper:
            self._dropper.join()
        for name in sorted(self._alive):
            self._drop(self._connection, name)
        names = self._column(
            "SELECT datname FROM pg_database WHERE datname ^@ %s ORDER BY oid DESC", _TEMPLATE
        )
        for name in names[KEPT_TEMPLATES:]:
            number = _lock_number(name)
            # A lock holds in its database alone, and others may have come by another one than we.
            elsewhere = self._scalar(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                " AND classid = %s AND objid = %s::bigint)",
                _USES,
                number % 2**32,
            )
            if not elsewhere and self._scalar("SELECT pg_try_advisory_lock(%s, %s)", _USES, number):
                self._drop(self._connection, name)
                self._scalar("SELECT pg_advisory_unlock(%s, %s)", _USES, number)

    def close(self) -> None:
        """Leave off dropping databases in the background."""
        self._closing = True
        if self._dropper:
            self._dropper.join()

    def _copy_by(self, method: str) -> bool:
        """Let the kernel copy files (clone), or the server (copy); return whether that can be had."""
        try:
            self._connection.execute(sql.SQL("SET file_copy_method = {}").format(method))
        except psycopg.Error:
            return False
        return True

    def _build(self, name: str, build: Callable[[str], None], bases: Sequence[str]) -> None:
        conninfo = self.clone(self._use_first([_template_name(key) for key in bases]))
        unfinished = str(conninfo_to_dict(conninfo)["dbname"])
        try:
            build(conninfo)
            # Who came by another database may have built it at the same time.
            with (
                contextlib.suppress(psycopg.errors.DuplicateDatabase),
                self._turn,
                self._connection.transaction(),
            ):
                self._connection.execute(
                    sql.SQL("ALTER DATABASE {} IS_TEMPLATE true ALLOW_CONNECTIONS false").format(
                        sql.Identifier(unfinished)
                    )
                )
                self._connection.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(unfinished), sql.Identifier(name)
                    )
                )
                self._alive.discard(unfinished)
        finally:
            if unfinished in self._alive:
                self._drop(self._connection, unfinished)

    def _use_first(self, names: Sequence[str]) -> str:
        """Return the first of the templates that is there, from now on in use; else the empty one."""
        there = self._existing(names)
        for name in names:
            if name in there:
                self._scalar("SELECT pg_advisory_lock_shared(%s, %s)", _USES, _lock_number(name))
                if self._existing([name]):  # it may have been dropped before the lock was taken
                    return name
        return "template0"

    def _existing(self, names: Sequence[str]) -> set[str]:
        return set(self._column("SELECT datname FROM pg_database WHERE datname = ANY (%s)", list(names)))

    def _left_behind(self) -> list[str]:
        # Names first: a process takes its lock before it makes a database.
        names = self._column("SELECT datname FROM pg_database")
        held = self._column(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", _OWNS
        )
        found = [match for match in map(_NAME.fullmatch, names) if match]
        return [match[0] for match in found if int(match[1], 16) not in held]

    def _drop_later(self, names: Sequence[str]) -> None:
        if names:
            self._dropper = threading.Thread(target=self._drop_in_background, args=[names], daemon=True)
            self._dropper.start()

    def _drop_in_background(self, names: Sequence[str]) -> None:
        # What can't be dropped now is dropped by the next process.
        with (
            contextlib.suppress(psycopg.Error),
            psycopg.connect(self._conninfo, autocommit=True) as connection,
        ):
            for name in names:
                if self._closing:
                    return
                self._drop(connection, name)

    def _drop(self, connection: psycopg.Connection, name: str) -> None:
        identifier = sql.Identifier(name)
        if name.startswith(_TEMPLATE):
            connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(identifier))
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        self._alive.discard(name)

    def _column(self, query: str, *values: object) -> list[Any]:
        return [row[0] for row in self._connection.execute(query, values)]

    def _scalar(self, query: str, *values: object) -> Any:  # noqa: ANN401 - whatever the query asks for
        return self._column(query, *values)[0]


def _template_name(key: str) -> str:
    return _TEMPLATE + hashlib.sha256(key.encode()).hexdigest()[:32]


def _lock_number(template: str) -> int:
    return int.from_bytes(bytes.fromhex(template.removeprefix(_TEMPLATE)[:8]), signed=True)
