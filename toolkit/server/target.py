"""The target: the database that is migrated."""

import os
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from toolkit.server.dev import DevCluster


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
    for secret in ("password", "sslpassword", "passfile"):
        parts.pop(secret, None)
    return make_conninfo("", **parts)
