"""The target: the database that is migrated."""

import os
import re
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from toolkit.errors import TargetInvalid
from toolkit.server.dev import DevCluster, forget_libpq_variables

_SHOWN = ("user", "host", "hostaddr", "port", "dbname", "service")  # nothing else: some options are secrets


def resolve_target(root: Path) -> str:
    """Return the conninfo of DATABASE_URL, or of the project's dev cluster, which is started if need be.

    In the second case this process forgets libpq's variables. May be called in a thread.
    Raises the errors of DevCluster.start.
    """
    url = os.environ.get("DATABASE_URL")
    if url:
        return url
    forget_libpq_variables()
    return DevCluster(root).conninfo()


def find_target(root: Path) -> str | None:
    """Return the same for somebody who only looks; None for a dev cluster that has no data yet."""
    if not os.environ.get("DATABASE_URL") and DevCluster(root).status().state == "absent":
        return None
    return resolve_target(root)


def split_conninfo(conninfo: str) -> dict[str, str]:
    """Return the parts of a conninfo.

    Raises TargetInvalid with advice by what is wrong, and without any text that may be the password's.
    """
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    except (psycopg.ProgrammingError, UnicodeError) as error:
        raise _malformed(conninfo, str(error)) from None  # libpq's own words can quote the password
    if _SCHEME.match(conninfo) and "@" in parts.get("host", "") + parts.get("dbname", ""):
        raise TargetInvalid("The password in the target's URL holds an @, / or ? as it is.", remedy=_ENCODE)
    ports = [port.strip() for port in parts.get("port", "").split(",")]
    if not all(port == "" or (port.isdecimal() and 0 < int(port) <= _LAST_PORT) for port in ports):
        raise TargetInvalid(f"The target's port is not a number from 1 to {_LAST_PORT}.", remedy=_ENCODE)
    return parts


_LAST_PORT = 65535
_SCHEME = re.compile(r"((?:jdbc:)?[A-Za-z][A-Za-z0-9+.-]*)://")
_OPTION = re.compile(r'invalid (?:connection option|URI query parameter:) "(\w+)"')
_ENCODE = (
    "Write postgresql://user:password@host:port/database, and percent-encode what is not a letter or digit in"
    " the password: %40 for @, %2F for /, %3F for ?."
)
_CAUSES = (  # how libpq's words begin, what that means, what to do
    ("unexpected spaces", "The target's URL has a space in it.", "Write %20 for a space."),
    (
        "invalid percent|forbidden value",
        "A % in the target's URL is not followed by two hexadecimal digits, or these are 00.",
        "Write %25 for a percent sign.",
    ),
    (
        "(missing|extra) key/value",
        "An option in the target's URL is not written name=value.",
        "Write ?name=value&name=value after the database, and percent-encode & and = in a value.",
    ),
    (
        "IPv6|end of string|unexpected character",
        "The target's URL has a [ or ] that encloses no host.",
        "Write an IPv6 address as [::1]:5432, and percent-encode [ and ] in the password: %5B, %5D.",
    ),
    (
        "unterminated",
        "A quote in the target's connection string is not closed.",
        "Close it; in a quoted value write \\\\ for a backslash and \\' for a quote.",
    ),
    (
        'missing "="',
        "The target's connection string is neither a URL nor a list of key=value pairs.",
        "Begin it with postgresql://, or write key=value pairs and quote a value with spaces: 'a b'.",
    ),
)


def _malformed(conninfo: str, words: str) -> TargetInvalid:
    """Return the error for a conninfo that libpq refused with these words."""
    scheme = _SCHEME.match(conninfo)
    if scheme and scheme[1] not in ("postgresql", "postgres"):
        return TargetInvalid(
            f"The target's URL begins with {scheme[1]}://, which libpq does not know.",
            remedy="Begin it with postgresql://, whatever the driver; other databases can't be migrated.",
        )
    option = _OPTION.match(words)
    if option:
        options = conninfo.partition("?")[2] if scheme else conninfo
        named = f": {option[1]}"
        if "@" in options or "pass" in options:  # it may be a part of a password
            named = ""
        return TargetInvalid(
            f"The target's connection string has an option that libpq does not know{named}.",
            remedy="Options are called as in libpq, such as sslmode; "
            + ("percent-encode & and ? in the password." if scheme else "quote a password with spaces."),
        )
    for pattern, message, remedy in _CAUSES:
        if re.match(pattern, words):
            return TargetInvalid(message, remedy=remedy)
    return TargetInvalid(remedy=_ENCODE)


def display_target(conninfo: str) -> str:
    """Return a conninfo for people's eyes: key=value, no password; a malformed one is not shown at all."""
    try:
        parts = split_conninfo(conninfo)
    except TargetInvalid:
        return "(malformed connection string)"
    return make_conninfo("", **{name: parts[name] for name in _SHOWN if name in parts})
