"""What a live database has that its revisions did not make, and the reverse; it is only read."""

import contextlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace

import psycopg
from psycopg import sql

from toolkit.catalog.catalog import Catalog, Entry
from toolkit.catalog.comparison import differences
from toolkit.catalog.reading import read_catalog
from toolkit.core.settings import Settings
from toolkit.errors import CatalogUnreadable, ScratchServerUnusable, ServerBinariesMissing
from toolkit.migrate.connection import connect
from toolkit.migrate.runner import Notify
from toolkit.migrate.states import States, read_scratch
from toolkit.plan.alteration import Mode
from toolkit.plan.planner import make_plan
from toolkit.server.binaries import find_pg_dump
from toolkit.server.scratch import Scratch, open_scratch
from toolkit.source.revisions import Revisions

_NAMES = ("the database", "its revisions")
_ROLES = """
SELECT DISTINCT rolname FROM pg_roles WHERE oid IN (SELECT refobjid FROM pg_shdepend WHERE dbid = (
    SELECT oid FROM pg_database WHERE datname = current_database()) AND refclassid = 'pg_authid'::regclass)
"""


def find_drift(conninfo: str, settings: Settings, applied: Revisions, notify: Notify) -> list[str]:
    """Compare a live database with a scratch one that has the same revisions; one text for each difference.

    applied: the revisions that the live database says it has. It is read in read-only transactions, and a
    pg_dump waits for nobody longer than ten seconds. Where no server of its major version is installed, its
    objects are made anew on the scratch server, so that both are described in the same words.
    Raises ServerBinariesMissing where no pg_dump fits, CatalogUnreadable, and what States.at raises.
    """
    with closing(connect(conninfo)) as connection:
        major = connection.info.server_version // 10000
        binaries = find_pg_dump(major, tls=bool(connection.pgconn.ssl_in_use))
        roles = [row[0] for row in connection.execute(_ROLES)]
    live = read_catalog(conninfo, binaries)
    with _open_scratch(major) as scratch:
        states = States(settings, scratch, notify)
        if scratch.major != major:
            live = _translate(live, roles, states)
        with states.copy(states.at(applied)) as copy:
            head = read_scratch(copy)
    return differences(_owned(live.entries, settings), _owned(head.entries, settings), _NAMES)


@contextmanager
def _open_scratch(major: int) -> Iterator[Scratch]:
    """Give the scratch server of a major, or the one that there is."""
    with ExitStack() as stack:
        try:
            scratch = stack.enter_context(open_scratch(major))
        except (ServerBinariesMissing, ScratchServerUnusable):
            scratch = stack.enter_context(open_scratch())
        yield scratch


def _translate(live: Catalog, roles: Iterable[str], states: States) -> Catalog:
    """Make all objects on the scratch server, which is of another major, and return what it says of them.

    roles: those that own something or are granted something; a server that lacks one gets it.
    """
    with (
        states.copy("template0") as conninfo,
        closing(psycopg.connect(conninfo, autocommit=True)) as connection,
    ):
        user = connection.info.user
        plan = make_plan(read_scratch(conninfo), live, mode=Mode.TRANSACTION, owner=user)
        try:
            _make_roles(connection, roles)
            with connection.transaction():
                connection.execute("SET LOCAL search_path = ''; SET LOCAL check_function_bodies = off")
                for step in plan.steps:
                    for statement in step.sql:
                        connection.execute(statement.encode())
        except psycopg.Error as error:
            raise CatalogUnreadable(
                f"The objects of the database can't be made on PostgreSQL {states.scratch.major},"
                f" to be compared there: {error.diag.message_primary or error}.",
                remedy=f"Put the programs of PostgreSQL {live.major} on PATH, and it is compared there.",
            ) from error
        return read_scratch(conninfo)


def _make_roles(connection: psycopg.Connection, roles: Iterable[str]) -> None:
    known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    for role in set(roles) - known:
        with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))


def _owned(entries: Iterable[Entry], settings: Settings) -> list[Entry]:
    """Return entries without their owners where the project has none: then everybody owns what he makes."""
    return [entry if settings.owner else replace(entry, owner="") for entry in entries]
