"""Renames that the artifacts ask for: which of them are due, what follows from them, and their SQL."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from toolkit.catalog.catalog import Catalog
from toolkit.core.changes import Action, Lock, ObjectKey, Step
from toolkit.errors import PlanImpossible
from toolkit.plan.statements import quote
from toolkit.source.canonical import read_table
from toolkit.source.cursor import bare
from toolkit.source.renames import Renamed

_CONSTRAINTS: Final = ("CONSTRAINT", "FK CONSTRAINT", "CHECK CONSTRAINT")
_ROUTINES: Final = ("FUNCTION", "PROCEDURE")
_TABLES: Final = ("TABLE", "FOREIGN TABLE")
_RELATIONS: Final = (*_TABLES, "VIEW", "MATERIALIZED VIEW")
_ORDER: Final = (*_ROUTINES, "", "COLUMN", "CONSTRAINT", "TRIGGER")  # "" stands for other whole objects


class Renaming(NamedTuple):
    """One change of a name.

    kind: as in Renamed. of: the table of a part, by its new name, else empty. old, new: of a routine with the
    types of its parameters.
    """

    kind: str
    schema: str
    of: str
    old: str
    new: str


def find_renamings(said: Iterable[Renamed], old: Catalog, new: Catalog) -> tuple[Renaming, ...]:
    """Return the renames that lead from one catalog towards the other, in the order in which they run.

    said: what the artifacts say that the new catalog was made of. What has its new name already is left out.
    Names that PostgreSQL made of those of a table or column follow. Raises PlanImpossible for what has
    neither name in the old catalog.
    """
    return _Due(said, old, new).find()


def reverse(renamings: Sequence[Renaming]) -> tuple[Renaming, ...]:
    """Return the renames that undo these, in the order in which they run."""
    back = [one._replace(old=one.new, new=one.old) for one in reversed(renamings)]
    # Routines come first, for their parameters are told by the names that types have before.
    return tuple(sorted(back, key=lambda one: one.kind not in _ROUTINES))


def rename_steps(renamings: Iterable[Renaming], catalog: Catalog) -> tuple[Step, ...]:
    """Return the steps; catalog: of the database in which they run."""
    return tuple(_step(one, catalog) for one in renamings)


def _step(one: Renaming, catalog: Catalog) -> Step:
    name, new = f"{quote(one.schema)}.{quote(one.old)}", quote(one.new)
    table = f"{quote(one.schema)}.{quote(one.of)}"
    key = ObjectKey(one.kind, one.schema, f"{one.of} {one.new}" if one.of else one.new)
    lock: Lock | None = Lock.ACCESS_EXCLUSIVE
    if one.kind in _ROUTINES:
        old = catalog.by_key[ObjectKey(one.kind, one.schema, one.old)]
        sql = f"ALTER {old.drop.removeprefix('DROP ')} RENAME TO {quote(one.new.partition('(')[0])}"
        lock = None
    elif one.kind in ("COLUMN", "CONSTRAINT"):
        sql = f"ALTER TABLE {table} RENAME {one.kind} {quote(one.old)} TO {new}"
        key = ObjectKey("TABLE", one.schema, one.of) if one.kind == "COLUMN" else key
    elif one.kind == "TRIGGER":
        sql = f"ALTER TRIGGER {quote(one.old)} ON {table} RENAME TO {new}"
    else:
        sql = f"ALTER {one.kind} {name} RENAME TO {new}"
        if one.kind not in _RELATIONS:
            lock = Lock.SHARE_UPDATE_EXCLUSIVE if one.kind == "INDEX" else None
    why = f"column {one.old} is called {one.new}" if one.kind == "COLUMN" else f"was called {one.old}"
    return Step(Action.RENAME, key, why, (sql,), lock=lock)


class _Due:
    """Compares what is said with what is there."""

    def __init__(self, said: Iterable[Renamed], old: Catalog, new: Catalog) -> None:
        self._said, self._old, self._new = list(said), old, new
        self._former = {
            (one.schema, one.new): one.old
            for one in self._said
            if one.kind in _RELATIONS and not _has(old, one.kind, one.schema, "", one.new)
        }

    def find(self) -> tuple[Renaming, ...]:
        due = [one for said in self._said for one in self._due(said)]
        due.sort(key=lambda one: _ORDER.index(one.kind if one.kind in _ORDER else ""))
        known = {(one.schema, one.old) for one in due}
        tables = {(one.schema, one.new) for one in due if one.kind in _TABLES}
        tables |= {(one.schema, one.of) for one in due if one.kind == "COLUMN"}
        columns = [one for one in due if one.kind == "COLUMN"]
        for schema, table in sorted(tables):
            due += (one for one in self._following(schema, table, columns) if (schema, one.old) not in known)
        return tuple(due)

    def _due(self, said: Renamed) -> Iterator[Renaming]:
        schema, of = said.schema, self._former.get((said.schema, said.of), said.of)
        if _has(self._old, said.kind, schema, of, said.new):
            return
        if not _has(self._old, said.kind, schema, of, said.old):
            raise PlanImpossible(
                f"{said.place}: there is no {said.kind.lower()} {said.old} to rename.",
                remedy="Correct the name, or take the line away.",
            )
        if said.kind not in _ROUTINES:
            yield Renaming(said.kind, schema, said.of, said.old, said.new)
            return
        for key in self._old.by_key:
            base, parenthesis, types = key.name.partition("(")
            renamed = said.new + parenthesis + self._with_new_types(types)
            same = (key.kind, key.schema, base) == (said.kind, schema, said.old)
            if same and ObjectKey(said.kind, schema, renamed) in self._new.by_key:
                yield Renaming(said.kind, schema, "", key.name, renamed)

    def _with_new_types(self, types: str) -> str:
        for one in self._said:
            if one.kind in (*_RELATIONS, "TYPE", "DOMAIN"):
                old, new = (f"{quote(one.schema)}.{quote(name)}" for name in (one.old, one.new))
                types = re.sub(rf"(?<![\w.]){re.escape(old)}(?![\w.])", new.replace("\\", r"\\"), types)
        return types

    def _following(self, schema: str, table: str, columns: Iterable[Renaming]) -> Iterator[Renaming]:
        """Yield what PostgreSQL named after a table, or a column of it, and names otherwise now."""
        former = self._former.get((schema, table), table)
        prefixes = [(f"{former}_", f"{table}_")]
        prefixes += [
            (f"{table}_{one.old}_", f"{table}_{one.new}_")
            for one in columns
            if (one.schema, one.of) == (schema, table)
        ]
        for kind, name in sorted(_parts(self._old, schema, former)):
            new = name
            for prefix, other in prefixes:
                if new.startswith(prefix):
                    new = other + new.removeprefix(prefix)
            of = table if kind == "CONSTRAINT" else ""
            if new != name and _has(self._new, kind, schema, of, new):
                yield Renaming(kind, schema, of, name, new)


def _has(catalog: Catalog, kind: str, schema: str, of: str, name: str) -> bool:
    """Return whether there is something of this name."""
    if kind in _ROUTINES:
        keys = (key for key in catalog.by_key if key.kind == kind and key.schema == schema)
        return any(key.name.partition("(")[0] == name for key in keys)
    if kind == "CONSTRAINT":
        return ("CONSTRAINT", name) in _parts(catalog, schema, of)
    if kind == "COLUMN":
        entries = (catalog.by_key.get(ObjectKey(each, schema, of)) for each in _TABLES)
        return any(name in map(bare, read_table(entry.definition).columns) for entry in entries if entry)
    return ObjectKey(kind, schema, f"{of} {name}" if of else name) in catalog.by_key


def _parts(catalog: Catalog, schema: str, table: str) -> set[tuple[str, str]]:
    """Return kind and name of the constraints, indexes and sequences of a table."""
    found = set()
    for kind in _TABLES:
        key = ObjectKey(kind, schema, table)
        for edge in catalog.dependents(key):
            if edge.owned and edge.dependent.kind in _CONSTRAINTS:
                found.add(("CONSTRAINT", edge.dependent.name.removeprefix(f"{table} ")))
            elif edge.owned and edge.dependent.kind in ("INDEX", "SEQUENCE"):
                found.add((edge.dependent.kind, edge.dependent.name))
        for edge in catalog.dependencies(key):
            if edge.piece is not None and edge.piece[0] == "constraint":
                found.add(("CONSTRAINT", edge.piece[1]))
    return found
