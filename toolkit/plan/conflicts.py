"""Old objects that are in the way of new ones because of their names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from toolkit.catalog.catalog import Entry
from toolkit.core.changes import ObjectKey

_RELATIONS: Final = frozenset(
    {"TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE", "INDEX", "TYPE", "DOMAIN"}
)
_ROUTINES: Final = frozenset({"FUNCTION", "PROCEDURE", "AGGREGATE"})
_CONSTRAINTS: Final = frozenset({"CONSTRAINT", "FK CONSTRAINT", "CHECK CONSTRAINT"})


def find_conflicts(vanished: Iterable[Entry], created: Iterable[Entry]) -> list[tuple[ObjectKey, ObjectKey]]:
    """Return (created, vanished) pairs of which the second must be gone when the first is made.

    Relations and types share their names, constraints those of a table; an index may be a constraint. A
    table has one primary key. A routine is in the way of another of its name, for a call could mean either.
    """
    taken: dict[tuple[str, str, str], list[ObjectKey]] = defaultdict(list)
    for entry in vanished:
        for name in _names(entry):
            taken[name].append(entry.key)
    return [
        (entry.key, other) for entry in created for name in _names(entry) for other in taken.get(name, ())
    ]


def _names(entry: Entry) -> Iterator[tuple[str, str, str]]:
    if entry.kind in _RELATIONS:
        yield "relation", entry.schema, entry.name
    elif entry.kind in _ROUTINES:
        yield "routine", entry.schema, entry.name.partition("(")[0]
    elif entry.kind in _CONSTRAINTS:
        yield "constraint", entry.schema, entry.name
        yield "relation", entry.schema, entry.name.rpartition(" ")[2]
        if " PRIMARY KEY (" in entry.definition:
            yield "primary key", entry.schema, entry.definition.partition("\n")[0]
