"""Databases for tests: one that all share and each rolls back, and clones of its template."""

import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from toolkit.checks.project import Project, open_project
from toolkit.checks.tried import ACTOR
from toolkit.core.settings import find_root, load_settings
from toolkit.errors import RightMissing
from toolkit.server.scratch import Scratch, scratch_url
from toolkit.server.target import display_target
from toolkit.testing import keeper


class Lease:
    """A database that a test has. connection: to a shared one. kept: the name to keep it under, or None."""

    def __init__(
        self, conninfo: str, hold: Callable[[], str], connection: psycopg.Connection | None = None
    ) -> None:
        """Begin with a database that goes away after the test; hold: keeps its server, says for how long."""
        self.conninfo = conninfo
        self.connection = connection
        self.kept: str | None = None
        self._hold = hold

    def keep(self) -> str:
        """Let the database stay after the test; return how to connect to it then, and for how long."""
        self.kept = f"toolkit_kept_{secrets.token_hex(4)}"
        return f'psql "{display_target(make_conninfo(self.conninfo, dbname=self.kept))}"\n{self._hold()}'


class Databases:
    """Gives tests databases of one project, all from one template; see open_databases."""

    def __init__(self, project: Project, scratch: Scratch, template: str) -> None:
        """Begin; template: of a database at the head of the revisions."""
        self.project = project
        self._scratch = scratch
        self._template = template
        self._cloner = ThreadPoolExecutor(max_workers=1)
        self._ahead: Future[str] | None = None
        self._shared: psycopg.Connection | None = None
        self._conninfo = ""  # of the shared one; psycopg takes a tenth of a millisecond to tell
        self._keeper: subprocess.Popen[bytes] | None = None

    @contextmanager
    def fresh(self) -> Iterator[Lease]:
        """Give a database of its own; the next one is made while this one is used."""
        ahead, self._ahead = self._ahead or self._clone_ahead(), None
        lease = Lease(ahead.result(), self._hold)
        self._ahead = self._clone_ahead()
        try:
            yield lease
        finally:
            self._end(lease)

    @contextmanager
    def shared(self) -> Iterator[Lease]:
        """Give a connection in a transaction that is rolled back; what is deferred is asked before."""
        if self._shared is None:
            self._conninfo = self._scratch.clone(self._template)
            self._shared = psycopg.connect(self._conninfo, autocommit=True)
        connection = self._shared
        connection.row_factory = tuple_row  # which the test before may have changed
        lease = Lease(self._conninfo, self._hold, connection)
        try:
            with connection.transaction(force_rollback=True) as transaction:
                yield lease
                if lease.kept:
                    transaction.force_rollback = False
                elif connection.info.transaction_status == TransactionStatus.INTRANS:
                    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        finally:
            if lease.kept or connection.closed:
                self._shared = None
                connection.close()
                self._end(lease)

    def _clone_ahead(self) -> Future[str]:
        return self._cloner.submit(self._scratch.clone, self._template)

    def _end(self, lease: Lease) -> None:
        if lease.kept:
            self._scratch.keep(lease.conninfo, lease.kept)
        else:
            self._scratch.release(lease.conninfo)

    def _hold(self) -> str:
        """Keep the server of databases that are kept up after the tests; say for how long."""
        if scratch_url():
            return "It stays until you drop it."
        if self._keeper is None:
            self._keeper = subprocess.Popen(
                [sys.executable, "-m", keeper.__name__],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            if self._keeper.stdout:
                self._keeper.stdout.read()  # it closes its output when it holds the server
                self._keeper.stdout.close()
        return f"Its server stays for an hour, or until: kill {self._keeper.pid}"

    def close(self) -> None:
        """Close the shared connection; wait for a database that is being made."""
        self._cloner.shutdown()
        if self._shared:
            self._shared.close()


@contextmanager
def open_databases(start: Path) -> Iterator[Databases]:
    """Give the Databases of the project at or above a folder.

    Raises ToolkitError where there is no project, no server, or the revisions can't be applied.
    """
    settings = load_settings(find_root(start))
    with open_project(settings, _silent) as project:
        databases = Databases(project, project.states.scratch, project.states.at(project.revisions))
        try:
            yield databases
        finally:
            databases.close()


def _silent(message: str) -> None:
    """Show nothing."""


@contextmanager
def acting(connection: psycopg.Connection, role: str, actor: object = None) -> Iterator[psycopg.Connection]:
    """Let a connection act as a role, and as an acting user where one is given; inside of a transaction.

    Raises RightMissing for a role that is not there, or that the user of the connection may not take.
    """
    # Not the connection's own rows: a test may have chosen dicts.
    cursor = psycopg.Cursor(connection, row_factory=tuple_row)
    cursor.execute(sql.SQL("SELECT current_setting('role'), current_setting({}, true)").format(ACTOR))
    before, actor_before = cursor.fetchone() or ("none", None)
    with connection.transaction():
        try:
            _act(cursor, role, "" if actor is None else str(actor))
        except psycopg.Error as error:
            raise RightMissing(
                f"The role {role} can't be taken: {error.diag.message_primary}.",
                remedy="Name one of [tool.toolkit.roles], or one that sql/roles.sql makes.",
            ) from None
        yield connection
        _act(cursor, before, actor_before or "")


def _act(cursor: psycopg.Cursor[Any], role: str, actor: str) -> None:
    cursor.execute(
        sql.SQL("SELECT set_config('role', {}, true), set_config({}, {}, true)").format(role, ACTOR, actor)
    )
