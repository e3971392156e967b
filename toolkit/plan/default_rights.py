"""The rights that ALTER DEFAULT PRIVILEGES gives to what is made."""

import re
from collections.abc import Iterable
from typing import Final

from toolkit.catalog.catalog import Entries, Entry

# What GRANT calls an object, and what default privileges are for; a view is a table there.
_CALLED: Final = {
    "AGGREGATE": ("FUNCTION", "FUNCTIONS"),
    "DOMAIN": ("TYPE", "TYPES"),
    "FOREIGN TABLE": ("TABLE", "TABLES"),
    "FUNCTION": ("FUNCTION", "FUNCTIONS"),
    "MATERIALIZED VIEW": ("TABLE", "TABLES"),
    "PROCEDURE": ("PROCEDURE", "FUNCTIONS"),
    "SCHEMA": ("SCHEMA", "SCHEMAS"),
    "SEQUENCE": ("SEQUENCE", "SEQUENCES"),
    "TABLE": ("TABLE", "TABLES"),
    "TYPE": ("TYPE", "TYPES"),
    "VIEW": ("TABLE", "TABLES"),
}
_FOR: Final = re.compile(r"ALTER DEFAULT PRIVILEGES FOR ROLE .+?( IN SCHEMA .+?)? (?=(GRANT|REVOKE) )")


def given_by_default(entry: Entry, entries: Entries, role: str) -> Entry | None:
    """Return the rights that an object has when a role has just made it, as an entry; None for the usual.

    entries: of the database in which it is made.
    """
    called, objects = _CALLED.get(entry.kind, ("", ""))
    target = f"{called} {entry.drop.removeprefix(f'DROP {entry.kind} ')}"
    name = f"DEFAULT PRIVILEGES FOR {objects} OF {role}"
    given = [
        _FOR.sub("", other.definition).replace(f" ON {objects} ", f" ON {target} ")
        for schema in sorted({"", entry.schema})
        for other in entries.index(_default).get((schema, name), ())
    ]
    return Entry("ACL", entry.schema, target, "\n".join(given)) if given else None


def _default(entry: Entry) -> Iterable[tuple[str, str]]:
    return ((entry.schema, entry.name),) if entry.kind == "DEFAULT ACL" else ()
