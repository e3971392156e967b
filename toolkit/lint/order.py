"""What a run of statements makes and takes away, in its order: for rules about use before creation."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from toolkit.lint.steps import queries
from toolkit.source.facts import (
    Alteration,
    Constraint,
    Do,
    Drop,
    Fact,
    Grant,
    Index,
    Other,
    Refresh,
    Rename,
    Setting,
    Table,
    Transaction,
    Trigger,
    View,
)
from toolkit.source.queries import QualifiedName, Query, Use, Write

USING: Final = (View, Table, Query, Write, Index, Trigger, Constraint, Alteration, Refresh, Grant)
CHANGING: Final = (View, Table, Drop, Rename, Other, Do, Transaction, Setting)
_CHANGING: Final = frozenset(CHANGING)
_RELATIONS: Final = frozenset({"table", "foreign table", "view", "materialized view", "sequence", "index"})
_UNKNOWN: Final = frozenset({"CALL", "EXECUTE", "DROPOWNED", "SET SCHEMA"})
# What psql may do between two statements: go elsewhere, read another file, leave some out.
_ELSEWHERE: Final = r"(?m)^[ \t]*\\(?:c|connect|i|ir|include|include_relative|if|gexec)\b"

Place = tuple[int, int]  # the number of a file in the run, and the offset in it


class Order:
    """Where relations are made, and where they may go or anything may happen, in the run of some files."""

    def __init__(self, files: Iterable[tuple[Fact, ...]]) -> None:
        """Read the facts of files that run one after the other."""
        self._made: dict[QualifiedName, list[tuple[Place, bool]]] = defaultdict(list)
        self._gone: dict[QualifiedName, list[Place]] = defaultdict(list)
        self._unknown: list[Place] = []
        for number, facts in enumerate(files):
            for fact in facts:
                if type(fact) in _CHANGING:
                    self._read(fact, (number, fact[0]))

    def _read(self, fact: Fact, place: Place) -> None:
        match fact:
            case Table():
                certain = not (fact.if_not_exists or fact.temporary or fact.partition_of)
                self._made[fact.name].append((place, certain))
            case View():
                self._made[fact.name].append((place, not (fact.replace or fact.temporary)))
            case Drop() | Rename() if fact.kind in _RELATIONS:
                self._gone[fact.name].append(place)
        if _may_change_anything(fact):
            self._unknown.append(place)

    def made_after(self, place: Place, name: QualifiedName) -> Place | None:
        """Return where the run makes a relation that is certainly not there at a place; None otherwise.

        CREATE without OR REPLACE and IF NOT EXISTS says that the relation was not there just before it. So
        it was not there at an earlier place either, unless something between the two took it away.
        """
        made = self._made.get(name)
        if not made or made[0][0] <= place or not made[0][1]:
            return None
        end = made[0][0]
        between = (self._gone.get(name, ()), self._unknown)
        if any(bisect_right(places, place) != bisect_right(places, end) for places in between):
            return None
        return end


def _may_change_anything(fact: Fact) -> bool:
    match fact:
        case Drop():
            return fact.cascade or fact.kind in ("schema", "extension")
        case Transaction():
            return fact.kind.startswith("rollback")
        case Setting():
            return fact.name.lower() in ("search_path", "role", "session_authorization")
        case Other():
            return fact.word in _UNKNOWN
    return isinstance(fact, Do)


def runs_in_order(text: str) -> bool:
    """Return whether psql runs a script from its first statement to its last, in one database."""
    return re.search(_ELSEWHERE, text) is None


def relations_used(fact: Fact) -> Iterator[Use]:
    """Yield the relations that must be there for a statement to run."""
    match fact:
        case View() | Table():
            yield from fact.uses.reads
        case Query() | Write():
            yield from _in_query(fact)
        case Index() | Trigger() | Alteration() if not getattr(fact, "if_exists", False):
            yield Use(fact.start, fact.table)
        case Constraint(references=QualifiedName() as referenced):
            yield Use(fact.start, referenced)
        case Refresh() | Grant(kind="table", everything=False):
            yield Use(fact.start, fact.name)


def _in_query(fact: Query | Write) -> Iterator[Use]:
    if isinstance(fact, Write):
        yield Use(fact.start, fact.table)
    for query in queries(fact):
        for source in query.sources:
            if source.relation is not None:
                yield Use(source.start, source.relation)
