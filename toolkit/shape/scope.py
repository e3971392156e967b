"""A query while it is interpreted: its sources, its outer joins, and what is known to be not NULL in it.

A fact is a key: (scope, source, column) says that this column of this source is not NULL, (scope, 0, group)
that the rows of an outer join's inner side are there. A rule says which facts follow from others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from toolkit.core.trees import Routine, Snapshot
from toolkit.shape.nodetree import Node
from toolkit.shape.types import Types
from toolkit.shape.values import Rows, Value

Key = tuple["Scope", int, int]
Facts = frozenset[Key]
NO_FACTS: Facts = frozenset()
# Inside an aggregate's arguments columns are as before grouping.
_UNGROUPED = -1
RELATION, SUBQUERY, JOIN, FUNCTION, TABLEFUNC, VALUES, CTE = "0", "1", "2", "3", "4", "5", "6"
GROUP = "9"


@dataclass(eq=False, slots=True)
class Scope:
    """One query. parent: the query around it. parameters: of the function whose body it is, by number.

    groups: for each source, the outer joins that may lack its row. rules: facts and what follows. facts: what
    holds for every row that the FROM and WHERE clauses leave. full: the two groups of each FULL JOIN, of
    which one is there. nulled: columns that grouping sets may make NULL; nulled_expressions: other ones.
    padded: sets in the list of columns may be filled up with NULL.
    """

    query: Node
    parent: "Scope | None"
    parameters: Mapping[int, Value]
    groups: dict[int, tuple[int, ...]] = field(default_factory=dict)
    rules: list[tuple[Facts, Facts]] = field(default_factory=list)
    facts: Facts = NO_FACTS
    full: list[tuple[int, int]] = field(default_factory=list)
    nulled: set[tuple[int, int]] = field(default_factory=set)
    nulled_expressions: list[Node] = field(default_factory=list)
    sources: dict[int, dict[int, tuple[str, Value]]] = field(default_factory=dict)
    ctes: dict[str, Rows] = field(default_factory=dict)
    last_group: int = 0
    padded: bool = False

    def outer(self, levels: int) -> "Scope":
        """Return the scope that many levels up; a tree that is not broken has it."""
        scope = self
        for _ in range(levels):
            assert scope.parent is not None
            scope = scope.parent
        return scope

    def entry(self, number: int) -> Node:
        """Return the range table entry of a number."""
        found: Node = self.query["rtable"][number - 1]
        return found

    def group(self) -> int:
        """Return the number of a new outer join."""
        self.last_group += 1
        return self.last_group

    def there(self, groups: Iterable[int]) -> Facts:
        """Return the facts that the rows of these outer joins are there."""
        return frozenset((self, 0, group) for group in groups)

    def ungrouped(self) -> Key:
        """Return the fact that an aggregate of this scope is being fed."""
        return (self, 0, _UNGROUPED)


def extend(facts: Facts, new: Iterable[Key]) -> Facts:
    """Return facts with new ones and all that follows."""
    added = frozenset(new) - facts
    if not added:
        return facts
    known = set(facts) | added
    scopes = {scope for scope, _, _ in known}
    for scope, source, _ in tuple(known):
        if source:
            known |= scope.there(scope.groups.get(source, ()))
    size = 0
    while size != len(known):
        size = len(known)
        for scope in scopes:
            for premises, conclusions in scope.rules:
                if premises <= known and not conclusions <= known:
                    known |= conclusions
                    for owner, source, _ in conclusions:
                        known |= owner.there(owner.groups.get(source, ())) if source else set()
    return frozenset(known)


class Interpreting(Protocol):
    """What the parts of the interpreter ask of the whole."""

    types: Types
    snapshot: Snapshot

    def value(self, node: Node, scope: Scope, facts: Facts) -> Value:
        """Return the value of an expression."""

    def query(self, query: Node, parent: Scope | None, facts: Facts) -> Rows:
        """Return what a query returns."""

    def open(self, query: Node, parent: Scope | None, facts: Facts) -> Scope:
        """Return the scope of a query, with its facts."""

    def some_rows(self, query: Node, scope: Scope, facts: Facts) -> bool:
        """Tell whether a query returns a row whatever the tables hold; scope: its own."""

    def column(self, scope: Scope, source: int, number: int, facts: Facts) -> Value | None:
        """Return the value of a column of a source, None where it has no such column."""

    def relation(self, oid: int) -> Rows | None:
        """Return the columns of a relation; None for one that is not known."""

    def body(self, routine: Routine, arguments: Mapping[int, Value]) -> Rows | None:
        """Return what a function's last query returns for arguments by number; None if that is not known."""

    def source(self, scope: Scope, number: int) -> Mapping[int, tuple[str, Value]]:
        """Return the columns of a source by number, as they are where its row is there."""

    def note(self, text: str) -> None:
        """Keep what a user should know of the view that is being interpreted."""
