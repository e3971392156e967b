"""The client of services on databases for tests."""

from pathlib import Path
from typing import Any

from psycopg import Connection

from toolkit.checks.committed import contract_folder
from toolkit.client import AsyncDatabase, Database
from toolkit.core.settings import Settings


def client_on(connection: Connection[Any], settings: Settings) -> Database:
    """Return a client whose calls are a part of a connection's transaction."""
    return Database(connection, contract=_contract(settings), schema=settings.schema)


def async_client_on(conninfo: str, settings: Settings) -> AsyncDatabase:
    """Return a client with a pool of its own, which nobody has opened."""
    return AsyncDatabase(conninfo, contract=_contract(settings), schema=settings.schema)


def _contract(settings: Settings) -> Path | None:
    """Return the committed contract; without one the client asks the database."""
    folder = contract_folder(settings)
    return folder if folder.is_dir() else None
