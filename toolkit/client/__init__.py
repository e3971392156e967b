"""The client that services import: typed calls and reads on psycopg and msgspec, and nothing else."""

from toolkit.client.async_database import AsyncDatabase
from toolkit.client.database import Database

__all__ = ["AsyncDatabase", "Database"]
