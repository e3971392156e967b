"""The lock that lets one deployer at a time migrate a database."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from toolkit.errors import LockNotGranted
from toolkit.migrate.connection import Connection

KEY = 0x63717273_746B6974  # "cqrstkit"; one lock for each database
_KEYS = [KEY >> 32, KEY & 0xFFFFFFFF]  # as pg_locks shows it
_SHORTEST, _LONGEST = 0.05, 1.0  # seconds between two tries
_HOLDER = """
SELECT a.pid, a.usename, a.application_name, a.backend_start
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.classid = %s AND l.objid = %s
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# A session counts how often it took a lock. Taken twice, it can be given up once and taken again, which fails
# where it is not held. Asking pg_locks says the same at many times the price.
_TAKE_TWICE = f"SELECT pg_try_advisory_lock({KEY}) AND pg_try_advisory_lock({KEY})"
HELD = sql.SQL(f"pg_advisory_unlock({KEY}) AND pg_try_advisory_lock({KEY})")  # an expression: is it held?


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock: process id on the server, user, application name, when the session began."""

    pid: int
    user: str | None
    application: str | None
    since: datetime | None

    def __str__(self) -> str:
        since = f", connected since {self.since:%Y-%m-%d %H:%M:%S %Z}" if self.since else ""
        return f"process {self.pid} (user {self.user}, application {self.application!r}{since})"


def acquire(connection: Connection, wait: float, on_wait: Callable[[Holder], None]) -> None:
    """Take the lock for the rest of the session, waiting for at most `wait` seconds.

    The connection is in autocommit mode: a waiting deployer that held a snapshot would block the very
    CREATE INDEX CONCURRENTLY it waits for. on_wait is called once for each holder that is waited for.
    Raises LockNotGranted.
    """
    deadline = time.monotonic() + wait
    pause = _SHORTEST
    holder: Holder | None = None
    while not _try(connection):
        found = find_holder(connection)
        if found is not None and found != holder:
            holder = found
            on_wait(holder)
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise LockNotGranted(
                f"Another migration of this database holds the lock: {holder or 'it ended just now'}.",
                remedy="Wait for it, or end its session, and run the command again.",
            )
        time.sleep(min(pause, remaining))
        pause = min(pause * 2, _LONGEST)


def find_holder(connection: Connection) -> Holder | None:
    """Return who holds the lock, None when nobody does."""
    row = connection.execute(_HOLDER, _KEYS).fetchone()
    return Holder(*row) if row else None


def require(connection: Connection, settings: sql.Composed) -> None:
    """Send settings, and see in the same message that this session still holds the lock.

    Raises LockNotGranted.
    """
    cursor = connection.execute(sql.SQL("{}; SELECT {}").format(settings, HELD))
    while cursor.nextset():
        pass
    refuse_lost(cursor.fetchone())


def refuse_lost(row: tuple[object, ...] | None) -> None:
    """Raise LockNotGranted where the one value of the row, that of HELD, is not true.

    A revision or a pooler may have taken the lock away.
    """
    if row != (True,):
        raise LockNotGranted(
            "The session lost the lock that keeps other deployers out.",
            remedy="Look for pg_advisory_unlock_all or DISCARD ALL in the last revision, or for a pooler.",
        )


def _try(connection: Connection) -> bool:
    row = connection.execute(_TAKE_TWICE).fetchone()
    return row is not None and bool(row[0])
