"""The schema as the earlier migrations leave it, for rules that must know what is there already.

`migrations` yields one `Migration` per forward file, in order, over one `Schema` that they all share. For
each fact of a migration first ask the rules and then call `migration.apply(fact)`: a rule sees the schema as
the fact finds it. A file whose rules don't matter is passed over with `migration.apply_all()`. All facts of a
migration must be applied before the next one is taken. Each fact costs one step, however long the history.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from toolkit.core.settings import Settings
from toolkit.lint.file import File
from toolkit.lint.order import Order
from toolkit.source.facts import (
    Alteration,
    Column,
    Constraint,
    Declared,
    Drop,
    Fact,
    Index,
    Other,
    Rename,
    Routine,
    Statement,
    Table,
    View,
)
from toolkit.source.queries import QualifiedName, Use

NO_TRANSACTION: Final = "-- toolkit: no-transaction"
RELATIONS: Final = frozenset({"table", "foreign table", "view", "materialized view", "index", "sequence"})
ROUTINES: Final = frozenset({"function", "procedure", "routine", "aggregate"})
TYPES: Final = frozenset({"type", "domain", "enum type", "range type", "composite type"})
# Subcommands of ALTER TABLE with a weaker lock than ACCESS EXCLUSIVE (PostgreSQL's AlterTableGetLockLevel).
WEAK: Final = frozenset(
    {
        "validate constraint", "set statistics", "set options", "reset options", "cluster on", "drop cluster",
        "attach partition", "detach partition finalize", "set rel options", "reset rel options",
        "enable trig", "enable always trig", "enable replica trig", "enable trig all", "enable trig user",
        "disable trig", "disable trig all", "disable trig user",
    }
)  # fmt: skip

_LABELS_OF_NEW_TYPES: Final = 17  # the first major that takes a new label of a type as new as it


@dataclass(eq=False, repr=False)
class Relation:
    """A table, view, materialized view, index or sequence; path: of the file that makes it.

    columns, constraints: by name, of a table; a constraint without a name has a number. table: of an index.
    added: the file that adds a constraint, by the constraint's name. indexes: those of a table.
    """

    kind: str
    path: str
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: dict[str, Constraint] = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)
    partitioned: bool = False
    table: QualifiedName | None = None
    index: Index | None = None
    indexes: set[QualifiedName] = field(default_factory=set)

    def hold(self, constraint: Constraint, path: str) -> None:
        """Add a constraint, and what it says about the columns."""
        name = constraint.name or str(len(self.constraints))
        self.constraints[name] = constraint
        self.added[name] = path
        if constraint.kind == "primary key" or (constraint.kind == "not null" and constraint.validated):
            for column in constraint.columns:
                self.change(column, lambda known: known._replace(not_null=True))

    def change(self, column: str, how: Callable[[Column], Column]) -> None:
        """Replace a column by another, where it is known."""
        if known := self.columns.get(column):
            self.columns[column] = how(known)


@dataclass(eq=False, repr=False)
class Type:
    """A type that migrations make; constrained: a domain with a CHECK."""

    kind: str
    path: str
    constrained: bool = False


@dataclass(eq=False, repr=False)
class Schema:
    """What is there. routines: path and volatility by name, of the newest overload."""

    relations: dict[QualifiedName, Relation] = field(default_factory=dict)
    types: dict[QualifiedName, Type] = field(default_factory=dict)
    routines: dict[QualifiedName, tuple[str, str]] = field(default_factory=dict)


def migrations(files: Sequence[File], phases: Mapping[str, str] | None = None) -> Iterator["Migration"]:
    """Yield the forward files, given in the order of application; phases: of the revisions, by path."""
    schema, order = Schema(), Order(file.facts for file in files)
    for number in range(len(files)):
        yield Migration(files, number, schema, order, (phases or {}).get(files[number].path, ""))


class Migration:
    """A forward file and the schema as its current fact finds it.

    phase: expand, data, contract, or "" where nothing says. transactional: False for a file of steps that are
    sent alone. statement: the one at hand. locked: the tables that services know and that a statement of this
    transaction has locked against reading, with that statement's offset. labels: those that it adds to enum
    types, which can't be used in its transaction.
    """

    def __init__(self, files: Sequence[File], number: int, schema: Schema, order: Order, phase: str) -> None:
        """Begin with the schema as the files before the one of this number leave it."""
        file = files[number]
        self._files, self._number, self._order = files, number, order
        self.path = file.path
        self.text = file.text
        self.settings: Settings = file.settings
        self.facts: tuple[Fact, ...] = file.facts
        self.phase = phase
        self.transactional = not file.text.startswith(NO_TRANSACTION)
        self.schema = schema
        self.statement = Statement(0, 0, "")
        self.locked: dict[QualifiedName, int] = {}
        self.labels: set[tuple[QualifiedName, str]] = set()
        self._made: dict[tuple[str, QualifiedName], int] | None = None

    def apply_all(self) -> None:
        """Apply every fact."""
        for fact in self.facts:
            self.apply(fact)

    def apply(self, fact: Fact) -> None:
        """Change the schema as the fact says."""
        if (change := _CHANGES.get(type(fact))) is not None:
            change(self, fact)

    def is_new(self, name: QualifiedName) -> bool:
        """Return whether this file makes the relation, so that nobody reads it and it has few rows."""
        relation = self.schema.relations.get(name)
        return relation is not None and relation.path == self.path

    def makes(self, group: str, name: QualifiedName) -> bool:
        """Return whether this file makes a relation, routine or type of that name."""
        if group == "relation":
            return self.is_new(name)
        if group == "type":
            return name in self.schema.types and self.schema.types[name].path == self.path
        return group == "routine" and self.schema.routines.get(name, ("", ""))[0] == self.path

    def relation(self, name: QualifiedName) -> Relation | None:
        """Return a relation where the history knows it."""
        return self.schema.relations.get(name)

    def column(self, table: QualifiedName, name: str) -> Column | None:
        """Return a column of a table where the history knows it."""
        relation = self.schema.relations.get(table)
        return relation.columns.get(name) if relation else None

    def is_partitioned(self, table: QualifiedName) -> bool:
        """Return whether a table is known to be partitioned."""
        relation = self.schema.relations.get(table)
        return relation is not None and relation.partitioned

    def type(self, text: str) -> Type | None:
        """Return the type that a column's type names, where a migration makes it."""
        schema, _, name = text.rpartition(".")
        return self.schema.types.get(QualifiedName(schema or self.settings.schema, name))

    def is_made_later(self, group: str, name: QualifiedName, start: int) -> bool:
        """Return whether this file makes a relation, routine or type of that name behind an offset."""
        if self._made is None:
            self._made = {}
            for fact in self.facts:
                if (key := _made_by(fact)) is not None:
                    self._made[key] = fact[0]
        return self._made.get((group, name), -1) > start

    def made_after(self, use: Use) -> str | None:
        """Return the file that makes a relation which is certainly not there where it is used."""
        made = self._order.made_after((self._number, use.start), use.name)
        return self._files[made[0]].path if made else None

    def lock(self, table: QualifiedName) -> None:
        """Note that the statement at hand locks a table against reading."""
        if not self.is_new(table):
            self.locked.setdefault(table, self.statement.start)


def group_of(kind: str) -> str:
    """Return the group of names that a kind of object belongs to: relation, routine, type or another."""
    if kind in RELATIONS:
        return "relation"
    if kind in ROUTINES:
        return "routine"
    return "type" if kind in TYPES else kind


def is_strong(fact: Alteration) -> bool:
    """Return whether a subcommand of ALTER TABLE locks its table against reading."""
    if fact.kind == "add constraint" and fact.constraint is not None:
        return fact.constraint.kind != "foreign key"
    return fact.kind not in WEAK and not fact.concurrently


def _made_by(fact: Fact) -> tuple[str, QualifiedName] | None:
    match fact:
        case Table() | View():
            return "relation", fact.name
        case Routine():
            return "routine", fact.name
        case Declared():
            return group_of(fact.kind), fact.name
        case Rename() if not fact.part:
            return group_of(fact.kind), QualifiedName(fact.name.schema, fact.new)
    return None


def _statement(migration: Migration, fact: Statement) -> None:
    migration.statement = fact


def _table(migration: Migration, fact: Table) -> None:
    relations = migration.schema.relations
    if fact.if_not_exists and fact.name in relations:
        return
    table = Relation("foreign table" if fact.foreign else "table", migration.path)
    table.partitioned = fact.partitioned
    for parent in (*fact.inherits, *([fact.partition_of] if fact.partition_of else ())):
        if known := relations.get(parent):
            table.columns |= known.columns
    table.columns |= {column.name: column for column in fact.columns}
    for constraint in fact.constraints:
        table.hold(constraint, migration.path)
    relations[fact.name] = table


def _view(migration: Migration, fact: View) -> None:
    kind = "materialized view" if fact.materialized else "view"
    if fact.replace and fact.name in migration.schema.relations:
        return
    migration.schema.relations[fact.name] = Relation(kind, migration.path)


def _index(migration: Migration, fact: Index) -> None:
    name = QualifiedName(fact.table.schema, fact.name)
    relations = migration.schema.relations
    if not fact.name or (fact.if_not_exists and name in relations):
        return
    relations[name] = Relation("index", migration.path, table=fact.table, index=fact)
    if table := relations.get(fact.table):
        table.indexes.add(name)


def _column(migration: Migration, fact: Column) -> None:
    table = migration.relation(fact.table)
    if table and fact.added and not (fact.if_not_exists and fact.name in table.columns):
        table.columns[fact.name] = fact


def _constraint(migration: Migration, fact: Constraint) -> None:
    if fact.on_domain:
        if domain := migration.schema.types.get(fact.table):
            domain.constrained = True
        return
    if not fact.added or (table := migration.relation(fact.table)) is None:
        return
    if fact.using_index and not fact.columns:
        index = migration.relation(QualifiedName(fact.table.schema, fact.using_index))
        columns = index.index.columns if index and index.index else ()
        fact = fact._replace(columns=columns, name=fact.name or fact.using_index)
    table.hold(fact, migration.path)


def _alteration(migration: Migration, fact: Alteration) -> None:
    if is_strong(fact):
        migration.lock(fact.table)
    if (table := migration.relation(fact.table)) is None:
        return
    match fact.kind:
        case "alter column type":
            table.change(fact.name, lambda column: column._replace(type=fact.type))
        case "set not null":
            table.change(fact.name, lambda column: column._replace(not_null=True))
        case "drop not null":
            table.change(fact.name, lambda column: column._replace(not_null=False))
        case "column default":
            table.change(fact.name, lambda column: column._replace(default=fact.default))
        case "drop column":
            table.columns.pop(fact.name, None)
        case "drop constraint":
            table.constraints.pop(fact.name, None)
        case "validate constraint" if known := table.constraints.get(fact.name):
            table.hold(known._replace(validated=True, name=fact.name), table.added[fact.name])


def _drop(migration: Migration, fact: Drop) -> None:
    schema = migration.schema
    group = group_of(fact.kind)
    if group == "relation" and (known := schema.relations.get(fact.name)):
        if known.kind in ("table", "view", "materialized view"):
            migration.lock(fact.name)
        schema.relations.pop(fact.name)
        for index in known.indexes:
            schema.relations.pop(index, None)
        if known.table and (table := schema.relations.get(known.table)):
            table.indexes.discard(fact.name)
    elif group == "routine":
        schema.routines.pop(fact.name, None)
    elif group == "type":
        schema.types.pop(fact.name, None)


def _rename(migration: Migration, fact: Rename) -> None:
    relations = migration.schema.relations
    if fact.kind in RELATIONS and fact.kind != "index":
        migration.lock(fact.name)
    table = relations.get(fact.name)
    if fact.kind == "column" and table:
        if column := table.columns.pop(fact.part, None):
            table.columns[fact.new] = column._replace(name=fact.new)
    elif fact.kind == "constraint" and table:
        if constraint := table.constraints.pop(fact.part, None):
            table.constraints[fact.new] = constraint._replace(name=fact.new)
            table.added[fact.new] = table.added.pop(fact.part)
    else:
        _move(migration, fact.kind, fact.name, QualifiedName(fact.name.schema, fact.new))


def _move(migration: Migration, kind: str, old: QualifiedName, new: QualifiedName) -> None:
    schema = migration.schema
    group = group_of(kind)
    if group == "relation" and (known := schema.relations.pop(old, None)):
        schema.relations[new] = known
        for index in known.indexes:
            schema.relations[index].table = new
        if known.table and (table := schema.relations.get(known.table)):
            table.indexes = (table.indexes - {old}) | {new}
    elif group == "routine" and old in schema.routines:
        schema.routines[new] = schema.routines.pop(old)
    elif group == "type" and old in schema.types:
        schema.types[new] = schema.types.pop(old)


def _declared(migration: Migration, fact: Declared) -> None:
    if fact.kind == "sequence":
        migration.schema.relations[fact.name] = Relation("sequence", migration.path)
    elif fact.kind in TYPES:
        migration.schema.types[fact.name] = Type(fact.kind, migration.path)


def _routine(migration: Migration, fact: Routine) -> None:
    known = migration.schema.routines.get(fact.name)
    path = known[0] if known and fact.replace else migration.path
    migration.schema.routines[fact.name] = (path, fact.volatility)


def _other(migration: Migration, fact: Other) -> None:
    if fact.word == "ALTER TYPE" and fact.kind == "add value" and fact.name:
        if migration.settings.postgresql < _LABELS_OF_NEW_TYPES or not migration.makes("type", fact.name):
            migration.labels |= {(fact.name, flag.removeprefix("newVal=")) for flag in fact.flags}
    elif fact.word == "SET SCHEMA" and fact.name:
        (schema,) = fact.flags
        _move(migration, fact.kind, fact.name, QualifiedName(schema, fact.name.name))


_CHANGES: Final[dict[type, Callable[[Migration, Any], None]]] = {
    Statement: _statement,
    Table: _table,
    View: _view,
    Index: _index,
    Column: _column,
    Constraint: _constraint,
    Alteration: _alteration,
    Drop: _drop,
    Rename: _rename,
    Declared: _declared,
    Routine: _routine,
    Other: _other,
}
APPLIED: Final = frozenset(_CHANGES)  # the facts that change what a migration finds
