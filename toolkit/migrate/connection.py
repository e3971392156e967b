"""The connection to the target, and what must be true of the server behind it."""

import contextlib
import os
import re
from dataclasses import dataclass
from typing import Any, TypeAlias

import psycopg
from psycopg import sql

from toolkit.core.settings import Settings
from toolkit.errors import (
    ConnectionLost,
    PasswordRefused,
    PoolerUnsupported,
    RightMissing,
    ServerTooOld,
    TargetInvalid,
    TargetReadOnly,
    TargetUnreachable,
    ToolkitError,
)
from toolkit.server.target import split_conninfo

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
_CONNECT_TIMEOUT = 10  # seconds for each host, where neither the conninfo nor PGCONNECT_TIMEOUT says it
_POOLER_PROBES = 5
_SERVER = """
SELECT current_setting('server_version'), current_setting('server_version_num')::int, pg_is_in_recovery(),
       current_setting('transaction_read_only')::bool, pg_backend_pid(),
       EXISTS (SELECT FROM pg_roles WHERE rolname = %s AND pg_has_role(session_user, oid,
           CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END))
"""

_UNHURRIED = """
SELECT set_config(name, '0', false) FROM pg_settings
WHERE name IN ('idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout')
"""
_WATCH_CLIENT = "SET client_connection_check_interval = '500ms'"


@dataclass(frozen=True, slots=True)
class Server:
    """What the server says of itself: version as text and as a number such as 180006.

    standby, read_only: it takes no writes. backend: process id of the connection.
    may_act_as_owner: whether the owner role exists and may be set.
    """

    version: str
    number: int
    standby: bool
    read_only: bool
    backend: int
    may_act_as_owner: bool


def connect(conninfo: str) -> Connection:
    """Return a connection in autocommit mode that speaks UTF-8 and prepares nothing.

    Raises TargetInvalid, PasswordRefused and TargetUnreachable.
    """
    parts = split_conninfo(conninfo)
    defaults: dict[str, Any] = {"client_encoding": "UTF8", "fallback_application_name": "cqrs-toolkit"}
    if "connect_timeout" not in parts and "PGCONNECT_TIMEOUT" not in os.environ:
        defaults["connect_timeout"] = _CONNECT_TIMEOUT
    try:
        return psycopg.connect(conninfo, autocommit=True, prepare_threshold=None, **defaults)
    except UnicodeError:  # a host name that can't be one
        raise TargetInvalid("The target's host name can't be one.", remedy="Correct it.") from None
    except psycopg.Error as error:
        raise _refusal(error) from None


def _refusal(error: psycopg.Error) -> ToolkitError:
    told = re.sub(r"\n\tIs the server .*", "", str(error))  # libpq's hint; the remedy says it
    words = " ".join(told.removeprefix("connection failed: ").split()).rstrip(".?")
    if error.pgconn is not None and error.pgconn.needs_password:
        return PasswordRefused(
            f"The server asks for a password: {words}.",
            remedy="Put it into DATABASE_URL, PGPASSWORD or a passfile.",
        )
    if error.pgconn is not None and error.pgconn.used_password:
        return PasswordRefused(
            f"The server refused the connection: {words}.", remedy="Check user, password and database name."
        )
    return TargetUnreachable(
        f"The target can't be reached: {words}.",
        remedy="Check DATABASE_URL, or what --database names, and that the server runs.",
    )


def ask_server(connection: Connection, settings: Settings) -> Server:
    """Return what the server says of itself."""
    row = connection.execute(_SERVER, [settings.owner]).fetchone()
    assert row is not None
    return Server(*row)


def refuse_unfit(connection: Connection, conninfo: str, server: Server, settings: Settings) -> None:
    """Refuse a server that can't be migrated: a standby, read only, too old, behind a transaction pooler.

    Raises TargetReadOnly, ServerTooOld, PoolerUnsupported.
    """
    if server.standby:
        raise TargetReadOnly(
            "The target is a standby that takes no writes.", remedy="Connect to the primary server."
        )
    if server.read_only:
        raise TargetReadOnly(
            "The target's sessions are read only by default.",
            remedy="Set default_transaction_read_only to off for this user and database.",
        )
    if server.number // 10000 < settings.postgresql:
        raise ServerTooOld(
            f"The server is PostgreSQL {server.version}, older than the project's {settings.postgresql}.",
            remedy="Upgrade the server, or lower tool.toolkit.postgresql.",
        )
    if server.backend != connection.pgconn.backend_pid and _shares_backend(connection, conninfo):
        raise PoolerUnsupported(
            "The target is a pooler in transaction mode, where locks and settings do not hold.",
            remedy="Connect to the server itself, or to a pool in session mode.",
        )


def _shares_backend(connection: Connection, conninfo: str) -> bool:
    """Ask whether a connection changes its backend, or two that are open at once have the same one."""
    with connect(conninfo) as other:
        seen = [(_backend(connection), _backend(other)) for _ in range(_POOLER_PROBES)]
    return len(set(seen)) > 1 or any(first == second for first, second in seen)


def _backend(connection: Connection) -> object:
    return connection.execute("SELECT pg_backend_pid()").fetchone()


def prepare_session(connection: Connection) -> None:
    """Switch off what a role or database may have set to end long sessions, and notice a client that died."""
    connection.execute(_UNHURRIED)
    # A server on a system that can't watch its sockets refuses this one.
    with contextlib.suppress(psycopg.errors.InvalidParameterValue):
        connection.execute(_WATCH_CLIENT)


def session_settings(settings: Settings, *, lock_timeout: float | None = None) -> sql.Composed:
    """Return the statements that every revision starts from: role, search path, timeouts.

    lock_timeout: seconds; None takes it from the settings.
    """
    role = sql.Identifier(settings.owner) if settings.owner else sql.SQL("NONE")
    waits = settings.lock_timeout if lock_timeout is None else lock_timeout
    return sql.SQL(
        "SET ROLE {}; SET search_path = {}; SET lock_timeout = {}; SET statement_timeout = {}"
    ).format(
        role,
        sql.Identifier(settings.schema),
        sql.Literal(round(waits * 1000)),
        sql.Literal(round(settings.statement_timeout * 1000)),
    )


def explain(error: psycopg.Error) -> ToolkitError:
    """Return what an error of the server means where no revision is to blame."""
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return RightMissing(f"{words(error)}.", remedy="Grant the right, or use another user.")
    if error.sqlstate is None or error.sqlstate.startswith(("08", "57P")):
        return ConnectionLost(
            f"The connection to the database was lost: {' '.join(str(error).split()).rstrip('.')}.",
            remedy="Run the command again; it goes on from where the database stands.",
        )
    return ToolkitError(f"PostgreSQL says: {words(error)}.")


def words(error: psycopg.Error) -> str:
    """Return PostgreSQL's own words: message, and where there are any detail, hint and context."""
    diag = error.diag
    parts = [diag.message_primary or " ".join(str(error).split())]
    for name, text in (
        ("DETAIL", diag.message_detail),
        ("HINT", diag.message_hint),
        ("CONTEXT", diag.context),
    ):
        if text:
            parts.append(f"{name}: {text}")
    return "\n".join(parts)
