"""The statements of the artifacts, by the objects in a catalog that they make."""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Final

from toolkit.catalog.catalog import Catalog, Entry
from toolkit.core.changes import ObjectKey
from toolkit.source.artifacts import Artifact
from toolkit.source.column_order import depends_on_column_order
from toolkit.source.facts import Alteration, Declared, Fact, Index, Other, Routine, Table, Trigger, View
from toolkit.source.queries import QualifiedName
from toolkit.source.reading import read_facts

_ROUTINES: Final = ("FUNCTION", "PROCEDURE")
_DECLARED: Final = {
    "enum type": "TYPE",
    "range type": "TYPE",
    "composite type": "TYPE",
    "domain": "DOMAIN",
    "sequence": "SEQUENCE",
    "statistics": "STATISTICS",
}
# What ALTER adds to an object by statements that the catalog keeps apart from the one that makes it.
_APART: Final = frozenset({
    "change owner", "cluster on", "disable rule", "disable trig", "enable always trig", "enable replica trig",
    "enable row security", "enable trig", "force row security", "replica identity", "set compression",
    "set options", "set statistics", "set storage",
})  # fmt: skip
_MODIFIER: Final = re.compile(r"\([\d,]*\)")
_TOLD_APART: Final = ("ALTER DOMAIN", "ALTER FUNCTION", "ALTER TYPE")
_UNTOLD: Final = {"ALTERSEQ": "SEQUENCE", "ALTERSTATS": "STATISTICS"}


def match_texts(artifacts: Iterable[Artifact], catalog: Catalog, schema: str) -> dict[ObjectKey, str]:
    """Return the statements that make objects of a catalog as its definitions do.

    catalog: of the database that the artifacts were loaded into; schema: that of unqualified names. Left out
    is what an ALTER completes, what is spread over a partitioned table, what means columns by their place
    (those of a table that was altered have another one), and what can't be told from another.
    """
    declarations = (declaration for artifact in artifacts for declaration in artifact.declarations)
    texts = [declaration.statement.text for declaration in declarations]
    said = {text: read_facts(text, schema, bodies=False)[1:] for text in texts}
    matching = _Matching(catalog, schema)
    found = {key: text for text, facts in said.items() for key in matching.find(facts)}
    completed = _Completed(said)
    return {
        key: text
        for key, text in found.items()
        if key not in completed and not _is_spread(key, catalog, found) and not _copies(said[text])
        if not depends_on_column_order(text)
    }


class _Matching:
    """Finds the key of what a statement makes."""

    def __init__(self, catalog: Catalog, schema: str) -> None:
        self._catalog, self._schema = catalog, schema
        self._routines: dict[QualifiedName, list[Entry]] = defaultdict(list)
        self._policies: dict[QualifiedName, list[ObjectKey]] = defaultdict(list)
        for key, entry in catalog.by_key.items():
            if key.kind in _ROUTINES:
                self._routines[QualifiedName(key.schema, key.name.partition("(")[0])].append(entry)
            elif key.kind == "POLICY":
                name = entry.drop.removeprefix("DROP POLICY ").partition(" ON ")[0]
                self._policies[QualifiedName(key.schema, name)].append(key)

    def find(self, facts: Sequence[Fact]) -> Iterator[ObjectKey]:
        """Yield the key, if there is one."""
        for fact in facts[:1]:
            yield from (key for key in self._keys(fact) if key in self._catalog.by_key)

    def _keys(self, fact: Fact) -> Iterator[ObjectKey]:
        if isinstance(fact, View):
            yield ObjectKey("MATERIALIZED VIEW" if fact.materialized else "VIEW", *fact.name)
        elif isinstance(fact, Table):
            yield ObjectKey("TABLE", *fact.name)
        elif isinstance(fact, Index):
            yield ObjectKey("INDEX", fact.table.schema, fact.name)
        elif isinstance(fact, Trigger):
            yield ObjectKey("TRIGGER", fact.table.schema, f"{fact.table.name} {fact.name}")
        elif isinstance(fact, Declared) and fact.kind in _DECLARED:
            yield ObjectKey(_DECLARED[fact.kind], *fact.name)
        elif isinstance(fact, Declared) and fact.kind == "policy" and len(self._policies[fact.name]) == 1:
            yield from self._policies[fact.name]
        elif isinstance(fact, Routine):
            entries = self._routines[fact.name]
            for entry in entries:
                if len(entries) == 1 or _types(self._routine(entry)) == _types(fact):
                    yield entry.key

    def _routine(self, entry: Entry) -> Routine:
        facts = read_facts(entry.definition, self._schema, bodies=False)
        return next(fact for fact in facts if isinstance(fact, Routine))


def _types(routine: Routine) -> list[str]:
    """Return the types that tell a routine from its overloads."""
    inputs = (part for part in routine.parameters if part.mode not in ("out", "table"))
    return [_MODIFIER.sub("", part.type) for part in inputs]


class _Completed:
    """What an ALTER completes, so that no single statement makes it."""

    def __init__(self, said: Mapping[str, Sequence[Fact]]) -> None:
        self._names: set[QualifiedName] = set()
        self._texts: list[str] = []  # that alter what the facts do not name
        for text, facts in said.items():
            for fact in facts:
                if isinstance(fact, Alteration) and fact.kind not in _APART:
                    self._names.add(fact.table)
                elif isinstance(fact, Other) and fact.word in _TOLD_APART and fact.name is not None:
                    self._names.add(fact.name)
                elif isinstance(fact, Other) and fact.word in _UNTOLD:
                    self._texts.append(text)

    def __contains__(self, key: ObjectKey) -> bool:
        name = key.name.partition("(")[0] if key.kind in _ROUTINES else key.name
        if QualifiedName(key.schema, name) in self._names:
            return True
        return key.kind in _UNTOLD.values() and any(name in text for text in self._texts)


def _copies(facts: Sequence[Fact]) -> bool:
    """Return whether a table takes over columns of another (LIKE), and indexes perhaps."""
    return any(isinstance(fact, Table) and fact.like for fact in facts)


def _is_spread(key: ObjectKey, catalog: Catalog, found: Container[ObjectKey]) -> bool:
    """Return whether a table or index has partitions or parents, or a sequence with its own statement."""
    for edge in catalog.dependents(key):
        if edge.dependent.kind in ("TABLE ATTACH", "INDEX ATTACH"):
            return True
        if edge.owned and edge.dependent.kind == "SEQUENCE" and edge.dependent in found:
            return True
    edges = catalog.dependencies(key) if key.kind == "TABLE" else ()
    return any(edge.on.kind == "TABLE" and edge.piece is None for edge in edges)
