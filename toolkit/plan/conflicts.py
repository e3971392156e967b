"""Old objects that are in the way of new ones because of their names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from toolkit.core.changes import ObjectKey

_RELATIONS: Final = frozenset(
    {"TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE", "INDEX", "TYPE", "DOMAIN"}
)
_ROUTINES: Final = frozenset({"FUNCTION", "PROCEDURE", "AGGREGATE"})
_CONSTRAINTS: Final = frozenset({"CONSTRAINT", "FK CONSTRAINT", "CHECK CONSTRAINT"})


def find_conflicts(
    vanished: Iterable[ObjectKey], created: Iterable[ObjectKey]
) -> Iterator[tuple[ObjectKey, ObjectKey]]:
    """Yield (created, vanished) pairs of which the second must be gone when the first is made.

    Relations and types share their names, constraints those of a table; an index may be a constraint. A
    routine is in the way of another of its name, for a call could mean either.
    """
    taken: dict[tuple[str, str, str], list[ObjectKey]] = defaultdict(list)
    for key in vanished:
        for name in _names(key):
            taken[name].append(key)
    for key in created:
        for name in _names(key):
            for other in taken.get(name, ()):
                yield key, other


def _names(key: ObjectKey) -> Iterator[tuple[str, str, str]]:
    if key.kind in _RELATIONS:
        yield "relation", key.schema, key.name
    elif key.kind in _ROUTINES:
        yield "routine", key.schema, key.name.partition("(")[0]
    elif key.kind in _CONSTRAINTS:
        yield "constraint", key.schema, key.name
        yield "relation", key.schema, key.name.rpartition(" ")[2]
