"""The target: the database that is migrated."""

import os
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from toolkit.server.dev import DevCluster

_SHOWN = ("user", "host", "hostaddr", "port", "dbname", "service")  # nothing else: some options are secrets


def resolve_target(root: Path) -> str:
    """Return the conninfo of DATABASE_URL, or of the project's dev cluster, which is started if need be.

    May be called in a thread. Raises the errors of DevCluster.start.
    """
    return os.environ.get("DATABASE_URL") or DevCluster(root).conninfo()


def display_target(conninfo: str) -> str:
    """Return a conninfo for people's eyes: key=value, no password; a malformed one is not shown at all."""
    try:
        parts = conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError:
        return "(malformed connection string)"
    if "@" in str(parts.get("host", "")):  # the tail of a password that was not percent-encoded
        return "(malformed connection string)"
    return make_conninfo("", **{name: parts[name] for name in _SHOWN if name in parts})
