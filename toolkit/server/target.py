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


def split_conninfo(conninfo: str) -> dict[str, str] | None:
    """Return the parts of a conninfo; None for a malformed one, any part of which may be the password's.

    An @ in host or database, or a port that is no number, comes from a password that was not percent-encoded.
    """
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    except (psycopg.ProgrammingError, UnicodeError):
        return None
    ports = parts.get("port", "").replace(",", "")
    broken = "@" in parts.get("host", "") + parts.get("dbname", "") or (ports and not ports.isdecimal())
    return None if broken else parts


def display_target(conninfo: str) -> str:
    """Return a conninfo for people's eyes: key=value, no password; a malformed one is not shown at all."""
    parts = split_conninfo(conninfo)
    if parts is None:
        return "(malformed connection string)"
    return make_conninfo("", **{name: parts[name] for name in _SHOWN if name in parts})
