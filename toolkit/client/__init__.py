"""The client that services import: typed calls and reads on psycopg and msgspec, and nothing else."""

from toolkit.client.async_database import AsyncDatabase
from toolkit.client.async_session import AsyncSession
from toolkit.client.database import Database
from toolkit.client.session import Session

__all__ = ["AsyncDatabase", "AsyncSession", "Database", "Session"]
