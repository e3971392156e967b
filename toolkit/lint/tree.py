"""The whole tree: which objects there are, and who reads, writes, calls and refreshes what."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar

from toolkit.core.settings import Settings
from toolkit.lint.file import File, Role
from toolkit.lint.keys import Document
from toolkit.lint.steps import walk
from toolkit.source.facts import Do, Grant, Index, Refresh, Routine, Table, Trigger, View
from toolkit.source.queries import QualifiedName, Use

_F = TypeVar("_F")
_NOTHING: Final[Mapping[str, str]] = {}
_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_]*")
SORTED: Final = frozenset({Table, View, Routine, Do, Index, Trigger, Grant, Refresh})  # what a Tree looks at


class Placed(NamedTuple, Generic[_F]):
    """A fact with the path of its file."""

    path: str
    fact: _F


class ErrorCodes(NamedTuple):
    """The file errors.toml: its path and text, and the names of rules of the business in it."""

    path: str
    text: str
    names: frozenset[str]


class Tree:
    """The objects of a tree by name, as its files declare them; one that is declared twice counts twice.

    errors: what errors.toml says, None where there is no such file. artifacts: the paths of those files that
    are artifacts; the others are scripts. documents: those that the artifacts build.
    """

    def __init__(
        self,
        files: Iterable[File],
        settings: Settings,
        errors: ErrorCodes | None = None,
        documents: Iterable[Placed[Document]] = (),
        contract: Mapping[str, str] = _NOTHING,
    ) -> None:
        """Sort the facts of the files; contract: the texts of its files by their names without the suffix."""
        self.settings = settings
        self.errors = errors
        self.documents = tuple(documents)
        self._contract = contract
        self.tables: dict[QualifiedName, list[Placed[Table]]] = defaultdict(list)
        self.views: dict[QualifiedName, list[Placed[View]]] = defaultdict(list)
        self.routines: dict[QualifiedName, list[Placed[Routine]]] = defaultdict(list)
        self.indexes: dict[QualifiedName, list[Placed[Index]]] = defaultdict(list)
        self.triggers: list[Placed[Trigger]] = []
        self.grants: list[Placed[Grant]] = []
        self.refreshes: list[Placed[Refresh]] = []
        self.made_in_bodies: set[QualifiedName] = set()
        self.artifacts: set[str] = set()
        for file in files:
            if file.role is Role.ARTIFACT:
                self.artifacts.add(file.path)
            for fact in file.facts:
                self._add(file.path, fact)

    def _add(self, path: str, fact: object) -> None:
        if isinstance(fact, Table | View | Routine):
            named: dict[type, dict[QualifiedName, list[Any]]] = {
                Table: self.tables,
                View: self.views,
                Routine: self.routines,
            }
            named[type(fact)][fact.name].append(Placed(path, fact))
        elif isinstance(fact, Index):
            self.indexes[fact.table].append(Placed(path, fact))
        elif isinstance(fact, Trigger | Grant | Refresh):
            listed: dict[type, list[Any]] = {
                Trigger: self.triggers,
                Grant: self.grants,
                Refresh: self.refreshes,
            }
            listed[type(fact)].append(Placed(path, fact))
        if isinstance(fact, Routine | Do) and fact.body:
            for inner in (inner for step in walk(fact.body.steps) for inner in step.facts):
                if isinstance(inner, Refresh):
                    self.refreshes.append(Placed(path, inner))
                elif isinstance(inner, Table):
                    self.made_in_bodies.add(inner.name)

    def contract(self, relation: QualifiedName) -> str:
        """Return the text of the contract of a read model, "" where there is none."""
        names = [name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"' for name in relation]
        return self._contract.get(
            names[1] if relation.schema == self.settings.schema else ".".join(names), ""
        )

    def called(self, use: Use) -> list[Placed[Routine]]:
        """Return the routines of the tree that a call may mean: those that take so many arguments."""
        return [placed for placed in self.routines.get(use.name, ()) if _takes(placed.fact, use.arguments)]

    def relations(self) -> set[QualifiedName]:
        """Return the relations that artifacts declare, and those that bodies in them make."""
        tables = {fact.name for path, fact in _flat(self.tables) if path in self.artifacts}
        views = {fact.name for path, fact in _flat(self.views) if path in self.artifacts}
        return tables | views | self.made_in_bodies

    def mentions(self) -> Iterator[Placed[Use]]:
        """Yield where an artifact mentions a relation that must be there."""
        for path, mentioned in self._mentioned():
            if path in self.artifacts:
                yield from (Placed(path, use) for use in mentioned)

    def _mentioned(self) -> Iterator[tuple[str, Iterable[Use]]]:
        for path, view in _flat(self.views):
            yield path, view.uses.reads
        for path, routine in _flat(self.routines):
            yield path, (*routine.uses.reads, *routine.uses.writes, *routine.uses.refreshes)
        for path, table in _flat(self.tables):
            yield path, [Use(one.start, one.references) for one in table.constraints if one.references]
        for path, index in _flat(self.indexes):
            yield path, (Use(index.start, index.table),)
        for path, trigger in self.triggers:
            yield path, (Use(trigger.start, trigger.table),)

    def writers(self) -> dict[str, str]:
        """Return the routines that write, themselves or through what they call, by identity: into what."""
        found = {
            placed.fact.identity: placed.fact.uses.writes[0].name.name
            for overloads in self.routines.values()
            for placed in overloads
            if placed.fact.uses.writes
        }
        return self._spread(found)

    def refreshers(self) -> dict[str, str]:
        """Return the routines that refresh, themselves or through what they call, by identity: what."""
        found = {
            placed.fact.identity: placed.fact.uses.refreshes[0].name.name
            for overloads in self.routines.values()
            for placed in overloads
            if placed.fact.uses.refreshes
        }
        return self._spread(found)

    def _spread(self, found: dict[str, str]) -> dict[str, str]:
        """Add the callers of what was found, and theirs; of overloads that may be meant all must be found."""
        callers: dict[QualifiedName, list[tuple[Use, Routine]]] = defaultdict(list)
        for overloads in self.routines.values():
            for placed in overloads:
                for use in placed.fact.uses.calls:
                    if use.name in self.routines:
                        callers[use.name].append((use, placed.fact))
        waiting = [name for name, overloads in self.routines.items() if _any(overloads, found)]
        while waiting:
            name = waiting.pop()
            for use, caller in callers[name]:
                meant = [placed.fact.identity for placed in self.called(use)]
                if caller.identity not in found and meant and all(identity in found for identity in meant):
                    found[caller.identity] = found[meant[0]]
                    waiting.append(caller.name)
        return found


def _flat(named: Mapping[QualifiedName, list[Placed[_F]]]) -> Iterator[Placed[_F]]:
    for placed in named.values():
        yield from placed


def _any(overloads: list[Placed[Routine]], found: Mapping[str, str]) -> bool:
    return any(placed.fact.identity in found for placed in overloads)


def _takes(routine: Routine, arguments: int) -> bool:
    """Return whether a routine can be called with so many arguments."""
    given = [parameter for parameter in routine.parameters if parameter.mode not in ("out", "table")]
    if any(parameter.mode == "variadic" for parameter in given):
        return True
    needed = sum(not parameter.default for parameter in given)
    return needed <= arguments <= len(given)


def declared(tree: Tree) -> Iterator[tuple[str, Placed[Table] | Placed[View] | Placed[Routine]]]:
    """Yield every relation and routine of a tree with what tells it from others."""
    for tables in tree.tables.values():
        yield from ((f"relation {placed.fact.name}", placed) for placed in tables)
    for views in tree.views.values():
        yield from ((f"relation {placed.fact.name}", placed) for placed in views)
    for routines in tree.routines.values():
        yield from ((f"routine {placed.fact.identity}", placed) for placed in routines)
