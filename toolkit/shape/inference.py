"""From a snapshot of a database to the contract of its read models and functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from toolkit.core.contract import Column, Command, Parameter, ReadModel, Result, Typed
from toolkit.core.shapes import Object, Property, Scalar, Shape
from toolkit.core.trees import Argument, Relation, Routine, Snapshot
from toolkit.shape import calls, expressions, queries
from toolkit.shape.nodetree import Node, TreeReader
from toolkit.shape.scope import NO_FACTS, Facts, Scope
from toolkit.shape.tables import Tables
from toolkit.shape.types import Types
from toolkit.shape.values import VOID, Rows, Value

_VIEWS = "vm"
_DEEPEST = 16
_PROCEDURE = "p"
_VOLATILITY = {"v": "volatile", "s": "stable", "i": "immutable"}


@dataclass(frozen=True, slots=True)
class Note:
    """What a user should know: relation or routine, one sentence without its full stop."""

    subject: str
    text: str


@dataclass(slots=True)
class _Notes:
    """Notes and the relations that were read, while subjects are interpreted one inside another."""

    subjects: list[str] = field(default_factory=list)
    found: dict[Note, None] = field(default_factory=dict)
    reads: dict[str, dict[str, None]] = field(default_factory=dict)


class Inference:
    """Works out shapes; what is worked out once is kept."""

    def __init__(self, snapshot: Snapshot, projections: Mapping[str, str] | None = None) -> None:
        """Begin with a snapshot. projections: of which relation a table is filled with rows, both by name."""
        self.snapshot = snapshot
        self.types = Types(snapshot)
        self._reader = TreeReader()
        self._tables = Tables(self.types, self._reader)
        self._oids = {relation.name: oid for oid, relation in snapshot.relations.items()}
        self._filled_from = {
            self._oids[table]: self._oids[view]
            for table, view in (projections or {}).items()
            if table in self._oids and view in self._oids
        }
        self._rows: dict[int, Rows] = {}
        self._notes = _Notes()
        self._bodies: dict[int, Node] = {}
        self._calls: list[int] = []

    @property
    def notes(self) -> tuple[Note, ...]:
        """Return what a user should know of what was worked out so far."""
        return tuple(self._notes.found)

    @property
    def declared(self) -> Mapping[str, Shape]:
        """Return the declared shapes that were used so far by column, such as tb_page.body."""
        return self._tables.declared

    def reads(self, name: str) -> tuple[str, ...]:
        """Return the relations that a view which is worked out reads directly."""
        return tuple(self._notes.reads.get(name, ()))

    def read_model(self, name: str) -> ReadModel:
        """Return the contract of a relation; name: as the snapshot has it. Raises KeyError for none."""
        relation = self.snapshot.relations[self._oids[name]]
        rows = self.relation(relation.oid)
        assert rows is not None
        return ReadModel(
            name, tuple(Column(*self._typed(value), name=column) for column, value in rows.columns)
        )

    def command(self, oid: int) -> Command:
        """Return the contract of a function, without its errors and limits; oid: as the snapshot has it."""
        return self._command(self.snapshot.routines[oid])

    def commands(self, name: str) -> tuple[Command, ...]:
        """Return the contracts of the functions of a name, without their errors and limits."""
        return tuple(
            self._command(each)
            for each in self.snapshot.routines.values()
            if each.name == name and each.kind == "f"
        )

    def _typed(self, value: Value) -> tuple[str, Shape, bool]:
        name = self.types.name(value.type, value.typmod) if value.type else "unknown"
        return name, self.types.document(replace(value, null=False, void=False)), value.null

    def _command(self, routine: Routine) -> Command:
        parameters = calls.inputs(routine)
        required = len(parameters) - routine.defaults
        return Command(
            routine.name,
            tuple(
                self._parameter(each, place, optional=place > required)
                for place, each in enumerate(parameters, 1)
            ),
            self._result(routine, parameters),
            _VOLATILITY[routine.volatility],
        )

    def _parameter(self, argument: Argument, place: int, *, optional: bool) -> Parameter:
        value = self.types.any_value(argument.type, null=False, reason="a parameter")
        return Parameter(
            *self._typed(value),
            name=argument.name or f"${place}",
            optional=optional,
            variadic=argument.mode == "v",
        )

    def _result(self, routine: Routine, parameters: Iterable[Argument]) -> Result:
        if routine.kind == _PROCEDURE:
            return Result("procedure", self._out(routine) or Scalar("procedure"))
        arguments = {
            place: self.types.any_value(each.type, null=not routine.strict, reason="a parameter")
            for place, each in enumerate(parameters, 1)
        }
        self._notes.subjects.append(routine.name)
        rows = self.body(routine, arguments)
        self._notes.subjects.pop()
        value = calls.declared(self, routine) if rows is None else calls.returned(self, routine, rows)
        typed: Typed = Typed(*self._typed(value))
        return Result(typed.type, typed.shape, typed.nullable and routine.returns != VOID, many=routine.many)

    def _out(self, routine: Routine) -> Shape | None:
        """Return the row that CALL gives: the OUT and INOUT parameters of a procedure, where it has any."""
        values = {
            each.name or f"column{place}": self.types.any_value(each.type, reason="a parameter")
            for place, each in enumerate(calls.outputs(routine), 1)
        }
        properties = tuple(Property(name, self.types.document(value)) for name, value in values.items())
        return Object(properties) if properties else None

    # What the parts of the interpreter ask for.

    def value(self, node: Node, scope: Scope, facts: Facts) -> Value:
        """Return the value of an expression."""
        return expressions.evaluate(self, node, scope, facts)

    def open(self, query: Node, parent: Scope | None, facts: Facts) -> Scope:
        """Return the scope of a query."""
        return queries.open_scope(self, query, parent, facts, {})

    def query(self, query: Node, parent: Scope | None, facts: Facts) -> Rows:
        """Return what a query returns."""
        return queries.rows_of(self, query, self.open(query, parent, facts), facts)

    def some_rows(self, query: Node, scope: Scope, facts: Facts) -> bool:
        """Tell whether a query returns a row whatever the tables hold."""
        return queries.some_rows(self, query, scope, facts)

    def source(self, scope: Scope, number: int) -> Mapping[int, tuple[str, Value]]:
        """Return the columns of a source."""
        if number not in scope.sources:
            scope.sources[number] = queries.source_of(self, scope, number)
        return scope.sources[number]

    def column(self, scope: Scope, source: int, number: int, facts: Facts) -> Value | None:
        """Return the value of a column of a source."""
        return expressions.column(self, scope, source, number, facts)

    def note(self, text: str) -> None:
        """Keep a note on the view or the function that is being interpreted."""
        if self._notes.subjects:
            self._notes.found[Note(self._notes.subjects[-1], text)] = None

    def relation(self, oid: int) -> Rows | None:
        """Return the columns of a relation."""
        relation = self.snapshot.relations.get(oid)
        if relation is None:
            return None
        if self._notes.subjects:
            self._notes.reads.setdefault(self._notes.subjects[-1], {})[relation.name] = None
        if oid not in self._rows:
            self._notes.subjects.append(relation.name)
            self._rows[oid] = self._view(relation) if relation.kind in _VIEWS else self._table(relation)
            self._notes.subjects.pop()
        return self._rows[oid]

    def _view(self, relation: Relation) -> Rows:
        (query,) = self._reader.read(self.snapshot.queries[relation.oid])
        found = self.query(query, None, NO_FACTS)
        columns = []
        for attribute, (_, value) in zip(relation.columns, found.columns, strict=True):
            # What a materialised view has kept may be gone: no foreign key holds for it.
            column = None if relation.kind == "m" else value.column
            origin = value.origin or f"{relation.name}.{attribute.name}"
            known = replace(value, typmod=attribute.typmod, type=attribute.type, column=column, origin=origin)
            columns.append((attribute.name, known))
        return Rows(tuple(columns), found.some)

    def _table(self, relation: Relation) -> Rows:
        columns = self._tables.columns(relation)
        for problem in self._tables.problems:
            self.note(problem)
        self._tables.problems.clear()
        view = self._filled_from.get(relation.oid)
        rows = self.relation(view) if view is not None else None
        for name, value in rows.columns if rows else ():
            here = columns.get(name)
            if here is not None and here.type == value.type:
                columns[name] = replace(value, null=here.null, column=here.column, origin=here.origin)
        return Rows(tuple(columns.items()))

    def body(self, routine: Routine, arguments: Mapping[int, Value]) -> Rows | None:
        """Return what a function's last query returns for these arguments, by number; None without a tree."""
        if not routine.tree or routine.oid in self._calls or len(self._calls) >= _DEEPEST:
            return None
        if routine.oid not in self._bodies:
            self._bodies[routine.oid] = _last_query(self._reader.read(routine.tree))
        query = self._bodies[routine.oid]
        if not query or not (query["targetList"] or query["returningList"]):
            return None
        given = {
            place: arguments.get(place) or self.types.any_value(each.type, reason="a parameter")
            for place, each in enumerate(calls.inputs(routine), 1)
        }
        if routine.strict:
            given = {place: replace(value, null=False) for place, value in given.items()}
        self._calls.append(routine.oid)
        scope = queries.open_scope(self, query, None, NO_FACTS, given)
        rows = queries.rows_of(self, query, scope, NO_FACTS)
        self._calls.pop()
        return rows


def _last_query(tree: Node | list[Node]) -> Node:
    while isinstance(tree, list):
        if not tree:
            return {}
        tree = tree[-1]
    return tree
