"""The synchronous client; made from `async_database.py` by tools/sync_client.py."""

import contextlib
import logging
import threading
from collections.abc import Mapping
from typing import Any, Final, Self

import psycopg
from psycopg import Connection, Cursor
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from toolkit.client.contracts import ContractSource, mismatches, read_contract_source
from toolkit.client.core import (
    CHECKS,
    DOCUMENTS,
    Context,
    Core,
    connection_options,
    is_idle,
    refusal,
    require,
    text_of,
)
from toolkit.client.errors import ClientError, ContractMismatch, Unavailable
from toolkit.client.introspect import FIND_ROOT, SIGNATURES, Signatures, read_signatures
from toolkit.client.session import Session
from toolkit.client.translate import Translator

Target = str | ConnectionPool[Any] | Connection[Any]

_PATIENCE: Final = 1.0  # seconds to wait for a connection that only makes an error clearer
_PARTITIONED: Final = ("23503", "23505", "23514", "23P01")
_NO_CONTEXT: Final = Context()
_log: Final = logging.getLogger("toolkit.client")


class Database(Session):
    """A database with its contract, over a pool of its own, a pool, or a connection of the service."""

    def __init__(
        self,
        target: Target | None = None,
        *,
        contract: ContractSource = None,
        errors: Mapping[str, type[ClientError]] | None = None,
        schema: str = "public",
        check: str = "strict",
        documents: str = "raise",
        timeout: float | None = None,
        min_size: int = 1,
        max_size: int = 10,
        wait: float = 10.0,
        prepare_threshold: int | None = 5,
    ) -> None:
        """Begin; nothing is connected before the first call.

        target: a libpq connection string (DATABASE_URL where None), a pool, or a connection that the service
        owns, with the transaction it is in. contract: the folder sql/contract, a Contract, or None to read
        the signatures and columns from the database. errors: the application's classes by code.
        check: whether the database is compared with the contract at the first call: strict, warn, off.
        documents: what happens when one is not what a type says: raise, warn, off.
        timeout: seconds for every statement. wait: seconds to wait for a free connection, and for a server
        that was there and is gone to come back.
        prepare_threshold: None behind a pooler that can't prepare.
        """
        owned = not isinstance(target, Connection | ConnectionPool)
        limited = _NO_CONTEXT.with_timeout(timeout)
        super().__init__(self, _NO_CONTEXT if owned else limited)
        require("check", check, CHECKS)
        require("documents", documents, DOCUMENTS)
        self.core: Core | None = None
        self._contract, self._errors, self._schema = contract, errors, schema
        self._check, self._documents = check, documents
        self._starting = threading.Lock()
        self._roots: dict[tuple[str, str, str], str | None] = {}
        self._owned: ConnectionPool[Any] | None = None
        self._pool: ConnectionPool[Any] | None = None
        self.single: Connection[Any] | None = None
        if isinstance(target, Connection):
            self.single = target
        elif isinstance(target, ConnectionPool):
            self._pool = target
        else:
            self._conninfo = text_of(target, ConnectionPool, Connection)
            self._options = connection_options(self._conninfo, timeout, wait, prepare_threshold)
            self._owned = self._pool = ConnectionPool(
                self._conninfo,
                min_size=min_size,
                max_size=max_size,
                timeout=wait,
                reconnect_timeout=wait,  # then the next call tries anew, instead of after a pause that grew
                open=False,
                kwargs=self._options,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the pool if it is the client's own."""
        if self._owned is not None:
            self._owned.close()

    def start(self) -> Core:
        """Connect, read the contract, and compare it with the database; done by the first call.

        Raises Unavailable, at once where a connection is refused, and ContractMismatch with everything that
        is not as the contract says.
        """
        with self._starting:
            if self.core is not None:
                return self.core
            self._open()
            contract = read_contract_source(self._contract)
            if contract is None or self._check != "off":
                found = self._read_signatures()
                if contract is None:
                    contract = found.usable
                elif problems := mismatches(contract, found):
                    message = f"The database is not what the contract says: {'; '.join(problems)}."
                    if self._check == "strict":
                        raise ContractMismatch(message)
                    _log.warning(message)
            self.core = Core.of(contract, self._errors, self._schema, self._documents)
            return self.core

    def connection(self) -> contextlib.AbstractContextManager[Connection[Any]]:
        """Return the context of a connection for one statement or transaction."""
        if self.single is not None:
            return contextlib.nullcontext(self.single)
        assert self._pool is not None
        return _Lease(self._pool)

    def explained(self, error: psycopg.Error, *, committing: bool) -> ClientError:
        """Return the client's error for one of psycopg's; a pool gets rid of connections that are lost."""
        constraint = self._find_root(error) if error.sqlstate in _PARTITIONED else None
        made = self._translator().translate(error, committing=committing, constraint=constraint)
        if isinstance(made, Unavailable) and self._pool is not None and not self._pool.closed:
            with contextlib.suppress(psycopg.Error):
                self._pool.check()
        return made

    def _open(self) -> None:
        """Open the client's own pool; of a connection that is refused it would tell only after `wait`."""
        pool = self._owned
        if pool is None or not pool.closed:
            return
        try:
            with Connection.connect(self._conninfo, **self._options):
                pass
        except psycopg.Error as error:
            why = refusal(error, self._conninfo)
            if why is not None:
                raise Unavailable(why) from error
        try:
            pool.open()
        except psycopg.Error as error:
            raise self.explained(error, committing=False) from error

    def _translator(self) -> Translator:
        return self.core.translator if self.core is not None else Translator(())

    def _find_root(self, error: psycopg.Error) -> str | None:
        """Return the name that a constraint of a partition has in the partitioned table, kept once asked.

        The transaction of the error can't be asked any more; None where no other connection is free.
        """
        schema, table, name = (
            getattr(error.diag, field) or "" for field in ("schema_name", "table_name", "constraint_name")
        )
        if not table or self._translator().knows(name) or self._pool is None:
            return None
        if (schema, table, name) not in self._roots:
            with contextlib.suppress(psycopg.Error):
                with self._pool.connection(_PATIENCE) as connection:
                    cursor = Cursor(connection, row_factory=tuple_row)
                    cursor.execute(FIND_ROOT, (schema, table, name, name))
                    row = cursor.fetchone()
                self._roots[schema, table, name] = row[0] if row else None
        return self._roots.get((schema, table, name))

    def _read_signatures(self) -> Signatures:
        try:
            with self.connection() as connection:
                idle = is_idle(connection)
                cursor = Cursor(connection, row_factory=tuple_row)
                cursor.execute(SIGNATURES, {"schema": self._schema})
                found = read_signatures(cursor.fetchall())
                if idle and not is_idle(connection):
                    # The service did not begin this transaction: its own would be a savepoint in it.
                    connection.rollback()
                return found
        except psycopg.Error as error:
            raise self.explained(error, committing=False) from error


class _Lease:
    """A connection of a pool for as long as the context: what pool.connection() is, in half the time."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        self._pool = pool

    def __enter__(self) -> Connection[Any]:
        connection: Connection[Any] = self._pool.getconn()
        self._connection = connection
        return connection

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        connection = self._connection
        try:
            if not is_idle(connection) and not connection.closed:
                self._end(connection, failed=kind is not None)
        finally:
            self._pool.putconn(connection)

    def _end(self, connection: Connection[Any], *, failed: bool) -> None:
        """End the transaction that is open where the service's pool does not commit by itself."""
        if not failed:
            connection.commit()
            return
        with contextlib.suppress(psycopg.Error):  # what happened first is told
            connection.rollback()
