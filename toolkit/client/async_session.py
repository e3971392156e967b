"""A session of the asynchronous client; `session.py` is made from this file by tools/sync_client.py."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
import psycopg
from psycopg import AsyncConnection, AsyncCursor, AsyncServerCursor, pq
from psycopg.rows import tuple_row

from toolkit.client.core import Context, Cursor, Held, delay, is_idle, is_stale_plan, may_retry
from toolkit.client.errors import ClientError, Internal
from toolkit.client.indexes import NO_SCANS, IndexHints, serves
from toolkit.client.queries import Order, Queries, Query, Where

if TYPE_CHECKING:
    from toolkit.client.async_database import AsyncDatabase

T = TypeVar("T")

_BATCH: Final = 1000  # documents that a stream fetches at once
_NO_CONTEXT: Final = Context()
_numbers: Final = itertools.count(1)


class AsyncSession:
    """Calls commands and reads read models; a database, a transaction and what as_user() gives are ones."""

    def __init__(
        self,
        database: "AsyncDatabase",
        context: Context = _NO_CONTEXT,
        held: Held[AsyncConnection[Any]] | None = None,
        lock: "asyncio.Lock | None" = None,
    ) -> None:
        """Belong to a database; held: the connection of a transaction that is open; lock: of that one."""
        self._database = database
        self._context = context
        self._held = held
        self._is_plain = not context.is_set
        self._lock = lock or asyncio.Lock()

    async def call_function(self, name: str, /, **arguments: Any) -> Any:
        """Call a command or a query function by the names of its parameters.

        Returns a value, a list for a set, a dict or a list of dicts for rows, and documents as plain values.
        Raises Invalid before the database is asked where the contract knows that it would refuse, and what
        `toolkit.client.errors` has for the rule that was broken.
        """
        core = self._database.core or await self._database.start()
        statement, values, routine = core.bind(name, arguments)
        cursor = await self._execute(
            statement.sql, values, with_user=statement.with_user, writes=routine.writes
        )
        returned = routine.returned
        if returned.nothing:
            return None
        if returned.json:
            return core.returned(routine, _result(cursor))
        try:
            return returned.read(await cursor.fetchall())
        except (psycopg.DataError, msgspec.DecodeError, RecursionError) as error:
            raise Internal(f"{name} returned what Python has no value for.") from error

    async def validate(self, name: str, /, **arguments: Any) -> None:
        """Raise what call_function would raise for these arguments before the database is asked.

        Nothing is called: for a form that is to be checked as a whole. A call can still be refused.
        """
        core = self._database.core or await self._database.start()
        core.bind(name, arguments)

    async def find_one(self, view: str, where: Where | None = None, *, into: Any = dict) -> Any:
        """Return the document that a condition finds, the first one by id without a condition, or None.

        where: by column or key, a value or operators: `{"id": 1, "author.name": {"like": "A%"}}`.
        into: dict, a msgspec type, or bytes for the JSON as it comes.
        """
        core = self._database.core or await self._database.start()
        queries = core.queries(view)
        query = queries.find_one(where)
        return core.document(view, _result(await self._ask(queries, query)), into)

    async def find(
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
        core = self._database.core or await self._database.start()
        queries = core.queries(view)
        query = queries.find(where, order_by, limit, offset)
        return core.documents_of(view, _result(await self._ask(queries, query)), into)

    async def page(
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
        core = self._database.core or await self._database.start()
        queries = core.queries(view)
        page = queries.page(where, order_by, limit, after)
        result = _result(await self._ask(queries, page.query))
        return core.documents_of(view, result, into, limit), page.cursor(result)

    async def count(self, view: str, where: Where | None = None) -> int:
        """Return the number of documents that a condition finds."""
        core = self._database.core or await self._database.start()
        queries = core.queries(view)
        cursor = await self._ask(queries, queries.count(where))
        return int((await cursor.fetchall())[0][0])

    async def exists(self, view: str, where: Where | None = None) -> bool:
        """Tell whether a condition finds any document."""
        core = self._database.core or await self._database.start()
        queries = core.queries(view)
        cursor = await self._ask(queries, queries.exists(where))
        return bool((await cursor.fetchall())[0][0])

    async def stream(
        self, view: str, where: Where | None = None, *, order_by: Order = None, into: Any = dict
    ) -> AsyncIterator[Any]:
        """Yield the documents that a condition finds without holding them all; into as for find_one."""
        core = self._database.core or await self._database.start()
        queries = core.queries(view)
        query = queries.find(where, order_by)
        await self._look_for_indexes(queries.hints)
        if self._is_outermost():
            async with self.transaction() as session:
                stream: Any = session.stream(view, where, order_by=order_by, into=into)
                async with contextlib.aclosing(stream):
                    async for document in stream:
                        yield document
            return
        # No savepoint: whoever stops reading would undo what was written in the meantime.
        try:
            async with self._lent() as connection, self._opened(connection) as cursor:
                async with self._lock, self._set_for(connection, back=True):
                    await cursor.execute(query.sql, query.values)
                    fetched = await cursor.fetchmany(_BATCH)
                while fetched:
                    for document in core.each_of(view, _result(cursor), into):
                        yield document
                    async with self._lent(), self._lock, self._set_for(connection, back=True):
                        fetched = await cursor.fetchmany(_BATCH)
        except psycopg.Error as error:
            raise await self._database.explained(error, committing=False) from error

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator["AsyncTransaction"]:
        """Give a session whose calls are one transaction; inside of one, a savepoint.

        An error rolls back; the connection lost while committing is OutcomeUnknown.
        """
        if self._database.core is None:
            await self._database.start()
        committing = False
        try:
            async with self._lent() as connection:
                outermost = is_idle(connection)
                async with connection.transaction():
                    async with self._set_for(connection, back=not outermost):
                        lock = self._lock if self._is_shared() else None
                        held = Held(connection)
                        try:
                            yield AsyncTransaction(self._database, _NO_CONTEXT, held, lock)
                        finally:
                            for cursor in held.end():
                                await cursor.close()
                    committing = outermost
        except psycopg.Error as error:
            raise await self._database.explained(error, committing=committing) from error

    async def run(self, work: Callable[["AsyncTransaction"], Awaitable[T]], *, attempts: int = 5) -> T:
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
                async with self.transaction() as session:
                    return await work(session)
            except ClientError as error:
                if not outermost or not may_retry(error, attempt, attempts):
                    raise
            await asyncio.sleep(delay(attempt))

    def as_user(self, user_id: object, **settings: object) -> "AsyncSession":
        """Return a session whose calls run with the setting app.user_id, and app.<name> for each setting.

        They hold for its calls and transactions only, inside of a transaction too. None for the user: nobody.
        """
        context = self._context.with_settings({"user_id": user_id, **settings})
        return AsyncSession(self._database, context, self._held, self._lock)

    def with_timeout(self, seconds: float) -> "AsyncSession":
        """Return a session whose statements end with TimedOut when they take longer.

        A statement alone is a transaction then, since the server has to know before it begins.
        """
        return AsyncSession(self._database, self._context.with_timeout(seconds), self._held, self._lock)

    async def _ask(self, queries: Queries, query: Query) -> AsyncCursor[Any]:
        if queries.hints.waiting:
            await self._look_for_indexes(queries.hints)
        return await self._execute(query.sql, query.values)

    async def _look_for_indexes(self, hints: IndexHints) -> None:
        """Point out what is asked of documents and no index serves.

        Not on a connection that others use, or whose transaction is not ours to end: a later call looks then.
        """
        if self._is_shared():
            return
        for field in hints.take():
            # What fails here fails in the query too, and is told of there.
            with contextlib.suppress(psycopg.Error):
                async with self._lent() as connection, connection.transaction(force_rollback=True):
                    cursor = AsyncCursor(connection, row_factory=tuple_row)
                    await cursor.execute(NO_SCANS)
                    await cursor.execute(hints.explain(field), [])
                    plan = _result(cursor).get_value(0, 0)
                if plan is not None and not serves(plan):
                    hints.point_out(field)

    async def _execute(
        self, text: bytes, values: list[Any], *, with_user: bytes | None = None, writes: bool = False
    ) -> AsyncCursor[Any]:
        """Send one statement; with_user: the same one, behind the setting of the acting user."""
        try:
            async with self._lent() as connection:
                alone = self._is_outermost()
                try:
                    return await self._send(connection, text, values, with_user)
                except psycopg.NotSupportedError as error:
                    if not (alone and is_stale_plan(error)):
                        raise
                # Nothing ran. psycopg forgets what it has prepared when a transaction is rolled back.
                await connection.rollback()
                async with connection.transaction(force_rollback=True):
                    pass
                return await self._send(connection, text, values, with_user)
        except psycopg.Error as error:
            committing = writes and self._held is None
            raise await self._database.explained(error, committing=committing) from error

    async def _send(
        self, connection: AsyncConnection[Any], text: bytes, values: list[Any], with_user: bytes | None
    ) -> AsyncCursor[Any]:
        if not self._is_shared():
            return await self._send_with(connection, text, values, with_user)
        async with self._lock:  # nobody else's statement comes between the settings and the one they are for
            return await self._send_with(connection, text, values, with_user)

    async def _send_with(
        self, connection: AsyncConnection[Any], text: bytes, values: list[Any], with_user: bytes | None
    ) -> AsyncCursor[Any]:
        # Not the connection's own kind of cursor: a service may have chosen one with other placeholders.
        cursor = AsyncCursor(connection, row_factory=tuple_row)
        if self._is_plain:
            return await cursor.execute(text, values)
        if not (connection.autocommit and is_idle(connection)):
            async with self._set_for(connection, back=True):
                return await cursor.execute(text, values)
        user = self._context.user_only
        if user is not None and with_user is not None:
            return await cursor.execute(with_user, [user, *values])
        async with connection.transaction(), self._set_for(connection, back=False):
            return await cursor.execute(text, values)

    def _lent(self) -> contextlib.AbstractAsyncContextManager[AsyncConnection[Any]]:
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

    @contextlib.asynccontextmanager
    async def _opened(self, connection: AsyncConnection[Any]) -> AsyncIterator[AsyncServerCursor[Any]]:
        """Give a cursor on the server; the end of the transaction closes it, whoever still wants to read."""
        cursors = self._held.cursors if self._held is not None else set()
        async with _cursor(connection) as cursor:
            cursors.add(cursor)
            try:
                yield cursor
            finally:
                cursors.discard(cursor)

    @contextlib.asynccontextmanager
    async def _set_for(self, connection: AsyncConnection[Any], *, back: bool) -> AsyncIterator[None]:
        """Make the settings of the session in an open transaction.

        back: and put back what was there, since the transaction goes on; an error rolls them back.
        """
        if not self._context.is_set:
            yield
            return
        cursor = AsyncCursor(connection, row_factory=tuple_row)
        await cursor.execute(*self._context.statement())
        before = await cursor.fetchone()
        yield
        if back and before is not None:
            await cursor.execute(*self._context.restoring(before))


class AsyncTransaction(AsyncSession):
    """The session of an open transaction."""

    def cursor(self) -> AsyncServerCursor[Any]:
        """Return a cursor on the server, for results that are too large to hold."""
        assert self._held is not None
        return _cursor(self._held.connection())


def _cursor(connection: AsyncConnection[Any]) -> AsyncServerCursor[Any]:
    return AsyncServerCursor(connection, f"toolkit_stream_{next(_numbers)}", row_factory=tuple_row)


def _result(cursor: Cursor) -> pq.abc.PGresult:
    if cursor.pgresult is None:
        raise Internal("The connection is in pipeline mode, in which nothing can be read at once.")
    return cursor.pgresult
