"""A session of the synchronous client; made from `async_session.py` by tools/sync_client.py."""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
import psycopg
from psycopg import Connection, Cursor, ServerCursor, pq
from psycopg.rows import tuple_row

from toolkit.client.core import Context, Held, delay, is_idle, is_stale_plan, may_retry
from toolkit.client.errors import ClientError, Internal
from toolkit.client.indexes import NO_SCANS, IndexHints, serves
from toolkit.client.queries import Order, Queries, Query, Where

if TYPE_CHECKING:
    from toolkit.client.database import Database

T = TypeVar("T")

_BATCH: Final = 1000  # documents that a stream fetches at once
_NO_CONTEXT: Final = Context()
_numbers: Final = itertools.count(1)


class Session:
    """Calls commands and reads read models; a database, a transaction and what as_user() gives are ones."""

    def __init__(
        self,
        database: "Database",
        context: Context = _NO_CONTEXT,
        held: Held[Connection[Any]] | None = None,
        lock: "threading.Lock | None" = None,
    ) -> None:
        """Belong to a database; held: the connection of a transaction that is open; lock: of that one."""
        self._database = database
        self._context = context
        self._held = held
        self._is_plain = not context.is_set
        self._lock = lock or threading.Lock()

    def call_function(self, name: str, /, **arguments: Any) -> Any:
        """Call a command or a query function by the names of its parameters.

        Returns a value, a list for a set, a dict or a list of dicts for rows, and documents as plain values.
        Raises Invalid before the database is asked where the contract knows that it would refuse, and what
        `toolkit.client.errors` has for the rule that was broken.
        """
        core = self._database.core or self._database.start()
        statement, values, routine = core.bind(name, arguments)
        cursor = self._execute(statement.sql, values, with_user=statement.with_user, writes=routine.writes)
        returned = routine.returned
        if returned.nothing:
            return None
        if returned.json:
            return core.returned(routine, _result(cursor))
        try:
            return returned.read(cursor.fetchall())
        except (psycopg.DataError, msgspec.DecodeError, RecursionError) as error:
            raise Internal(f"{name} returned what Python has no value for.") from error

    def validate(self, name: str, /, **arguments: Any) -> None:
        """Raise what call_function would raise for these arguments before the database is asked.

        Nothing is called: for a form that is to be checked as a whole. A call can still be refused.
        """
        core = self._database.core or self._database.start()
        core.bind(name, arguments)

    def find_one(self, view: str, where: Where | None = None, *, into: Any = dict) -> Any:
        """Return the document that a condition finds, the first one by id without a condition, or None.

        where: by column or key, a value or operators: `{"id": 1, "author.name": {"like": "A%"}}`.
        into: dict, a msgspec type, or bytes for the JSON as it comes.
        """
        core = self._database.core or self._database.start()
        queries = core.queries(view)
        query = queries.find_one(where)
        return core.document(view, _result(self._ask(queries, query)), into)

    def find(
        self,
        view: str,
        where: Where | None = None,
        *,
        order_by: Order = None,
        limit: int | None = None,
        offset: int | None = None,
        into: Any = dict,
    ) -> Any:
        """Return the documents that a condition finds, as a list, or as the bytes of a JSON array.

        order_by: names of fields, `-` before one that descends. into: as for find_one.
        """
        core = self._database.core or self._database.start()
        queries = core.queries(view)
        query = queries.find(where, order_by, limit, offset)
        return core.documents_of(view, _result(self._ask(queries, query)), into)

    def page(
        self,
        view: str,
        where: Where | None = None,
        *,
        order_by: Order = None,
        limit: int = 20,
        after: str | None = None,
        into: Any = dict,
    ) -> tuple[Any, str | None]:
        """Return the next documents behind a cursor, and the cursor behind them; None behind the last page.

        The order is made total by id: whatever is written meanwhile, no document comes twice.
        """
        core = self._database.core or self._database.start()
        queries = core.queries(view)
        page = queries.page(where, order_by, limit, after)
        result = _result(self._ask(queries, page.query))
        return core.documents_of(view, result, into, limit), page.cursor(result)

    def count(self, view: str, where: Where | None = None) -> int:
        """Return the number of documents that a condition finds."""
        core = self._database.core or self._database.start()
        queries = core.queries(view)
        cursor = self._ask(queries, queries.count(where))
        return int((cursor.fetchall())[0][0])

    def exists(self, view: str, where: Where | None = None) -> bool:
        """Tell whether a condition finds any document."""
        core = self._database.core or self._database.start()
        queries = core.queries(view)
        cursor = self._ask(queries, queries.exists(where))
        return bool((cursor.fetchall())[0][0])

    def stream(
        self, view: str, where: Where | None = None, *, order_by: Order = None, into: Any = dict
    ) -> Iterator[Any]:
        """Yield the documents that a condition finds without holding them all; into as for find_one."""
        core = self._database.core or self._database.start()
        queries = core.queries(view)
        query = queries.find(where, order_by)
        self._look_for_indexes(queries.hints)
        if self._is_outermost():
            with self.transaction() as session:
                stream: Any = session.stream(view, where, order_by=order_by, into=into)
                with contextlib.closing(stream):
                    for document in stream:
                        yield document
            return
        # No savepoint: whoever stops reading would undo what was written in the meantime.
        try:
            with self._lent() as connection, self._opened(connection) as cursor:
                with self._lock, self._set_for(connection, back=True):
                    cursor.execute(query.sql, query.values)
                    fetched = cursor.fetchmany(_BATCH)
                while fetched:
                    for document in core.each_of(view, _result(cursor), into):
                        yield document
                    with self._lent(), self._lock, self._set_for(connection, back=True):
                        fetched = cursor.fetchmany(_BATCH)
        except psycopg.Error as error:
            raise self._database.explained(error, committing=False) from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        """Give a session whose calls are one transaction; inside of one, a savepoint.

        An error rolls back; the connection lost while committing is OutcomeUnknown.
        """
        if self._database.core is None:
            self._database.start()
        committing = False
        try:
            with self._lent() as connection:
                outermost = is_idle(connection)
                with connection.transaction():
                    with self._set_for(connection, back=not outermost):
                        lock = self._lock if self._is_shared() else None
                        held = Held(connection)
                        try:
                            yield Transaction(self._database, _NO_CONTEXT, held, lock)
                        finally:
                            for cursor in held.end():
                                cursor.close()
                    committing = outermost
        except psycopg.Error as error:
            raise self._database.explained(error, committing=committing) from error

    def run(self, work: Callable[["Transaction"], T], *, attempts: int = 5) -> T:
        """Return what `work` gives in a transaction of its own; it may be called several times.

        It is called again after serialization failures, deadlocks and plans that a migration made stale, at
        most `attempts` times in all, with a pause that grows; never when it is unknown what became of the
        transaction. What it does beside the database has to bear that.
        """
        attempt = 0
        while True:
            attempt += 1
            outermost = self._is_outermost()
            try:
                with self.transaction() as session:
                    return work(session)
            except ClientError as error:
                if not outermost or not may_retry(error, attempt, attempts):
                    raise
            time.sleep(delay(attempt))

    def as_user(self, user_id: object, **settings: object) -> "Session":
        """Return a session whose calls run with the setting app.user_id, and app.<name> for each setting.

        They hold for its calls and transactions only, inside of a transaction too. None for the user: nobody.
        """
        context = self._context.with_settings({"user_id": user_id, **settings})
        return Session(self._database, context, self._held, self._lock)

    def with_timeout(self, seconds: float) -> "Session":
        """Return a session whose statements end with TimedOut when they take longer.

        A statement alone is a transaction then, since the server has to know before it begins.
        """
        return Session(self._database, self._context.with_timeout(seconds), self._held, self._lock)

    def _ask(self, queries: Queries, query: Query) -> Cursor[Any]:
        if queries.hints.waiting:
            self._look_for_indexes(queries.hints)
        return self._execute(query.sql, query.values)

    def _look_for_indexes(self, hints: IndexHints) -> None:
        """Point out what is asked of documents and no index serves.

        Not on a connection that others use, or whose transaction is not ours to end: a later call looks then.
        """
        if self._is_shared():
            return
        for field in hints.take():
            # What fails here fails in the query too, and is told of there.
            with contextlib.suppress(psycopg.Error):
                with self._lent() as connection, connection.transaction(force_rollback=True):
                    cursor = Cursor(connection, row_factory=tuple_row)
                    cursor.execute(NO_SCANS)
                    cursor.execute(hints.explain(field), [])
                    plan = _result(cursor).get_value(0, 0)
                if plan is not None and not serves(plan):
                    hints.point_out(field)

    def _execute(
        self, text: bytes, values: list[Any], *, with_user: bytes | None = None, writes: bool = False
    ) -> Cursor[Any]:
        """Send one statement; with_user: the same one, behind the setting of the acting user."""
        try:
            with self._lent() as connection:
                alone = self._is_outermost()
                try:
                    return self._send(connection, text, values, with_user)
                except psycopg.NotSupportedError as error:
                    if not (alone and is_stale_plan(error)):
                        raise
                # Nothing ran. psycopg forgets what it has prepared when a transaction is rolled back.
                connection.rollback()
                with connection.transaction(force_rollback=True):
                    pass
                return self._send(connection, text, values, with_user)
        except psycopg.Error as error:
            committing = writes and self._held is None
            raise self._database.explained(error, committing=committing) from error

    def _send(
        self, connection: Connection[Any], text: bytes, values: list[Any], with_user: bytes | None
    ) -> Cursor[Any]:
        if not self._is_shared():
            return self._send_with(connection, text, values, with_user)
        with self._lock:  # nobody else's statement comes between the settings and the one they are for
            return self._send_with(connection, text, values, with_user)

    def _send_with(
        self, connection: Connection[Any], text: bytes, values: list[Any], with_user: bytes | None
    ) -> Cursor[Any]:
        # Not the connection's own kind of cursor: a service may have chosen one with other placeholders.
        cursor = Cursor(connection, row_factory=tuple_row)
        if self._is_plain:
            return cursor.execute(text, values)
        if not (connection.autocommit and is_idle(connection)):
            with self._set_for(connection, back=True):
                return cursor.execute(text, values)
        user = self._context.user_only
        if user is not None and with_user is not None:
            return cursor.execute(with_user, [user, *values])
        with connection.transaction(), self._set_for(connection, back=False):
            return cursor.execute(text, values)

    def _lent(self) -> contextlib.AbstractContextManager[Connection[Any]]:
        """Return the context of a connection: of the transaction, else one of the database's."""
        if self._held is not None:
            return contextlib.nullcontext(self._held.connection())
        return self._database.connection()

    def _is_shared(self) -> bool:
        """Tell whether other sessions may use the same connection at the same time."""
        return self._held is not None or self._database.single is not None

    def _is_outermost(self) -> bool:
        """Tell whether a transaction that is begun now is no savepoint."""
        if self._held is not None:
            return False
        return self._database.single is None or is_idle(self._database.single)

    @contextlib.contextmanager
    def _opened(self, connection: Connection[Any]) -> Iterator[ServerCursor[Any]]:
        """Give a cursor on the server; the end of the transaction closes it, whoever still wants to read."""
        cursors = self._held.cursors if self._held is not None else set()
        with _cursor(connection) as cursor:
            cursors.add(cursor)
            try:
                yield cursor
            finally:
                cursors.discard(cursor)

    @contextlib.contextmanager
    def _set_for(self, connection: Connection[Any], *, back: bool) -> Iterator[None]:
        """Make the settings of the session in an open transaction.

        back: and put back what was there, since the transaction goes on; an error rolls them back.
        """
        if not self._context.is_set:
            yield
            return
        cursor = Cursor(connection, row_factory=tuple_row)
        cursor.execute(*self._context.statement())
        before = cursor.fetchone()
        yield
        if back and before is not None:
            cursor.execute(*self._context.restoring(before))


class Transaction(Session):
    """The session of an open transaction."""

    def cursor(self) -> ServerCursor[Any]:
        """Return a cursor on the server, for results that are too large to hold."""
        assert self._held is not None
        return _cursor(self._held.connection())


def _cursor(connection: Connection[Any]) -> ServerCursor[Any]:
    return ServerCursor(connection, f"toolkit_stream_{next(_numbers)}", row_factory=tuple_row)


def _result(cursor: Cursor[Any]) -> pq.abc.PGresult:
    if cursor.pgresult is None:
        raise Internal("The connection is in pipeline mode, in which nothing can be read at once.")
    return cursor.pgresult
