"""The JSON documents of read models: the calls that build the value of `data`.

A value is followed through casts, CASE, COALESCE, `||`, set operations, subqueries, LATERAL and WITH. Where
it comes from a table, a function or anything else that the text does not show, it is not followed.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from toolkit.core.settings import Names
from toolkit.lint.steps import steps_of, writes
from toolkit.source.facts import Do, Fact, Routine, View
from toolkit.source.queries import Expression, Query, Source, Write

_BODIED: Final = (Routine, Do)
OBJECTS: Final = frozenset({"jsonb_build_object", "json_build_object"})
AGGREGATES: Final = frozenset({"jsonb_agg", "json_agg", "array_agg", "jsonb_object_agg", "json_object_agg"})
# Functions that give back the document they are given, or a part of it, changed.
_PASSING: Final = frozenset(
    {"jsonb_strip_nulls", "json_strip_nulls", "jsonb_set", "jsonb_insert", "jsonb_concat"}
)
# Functions whose arguments are parts of the value: of any other nobody knows what it does with them.
_BUILDING: Final = (
    OBJECTS | AGGREGATES | _PASSING
    | {"jsonb_build_array", "json_build_array", "to_jsonb", "to_json", "array_to_json", "row_to_json"}
)  # fmt: skip
BUILT_IN: Final = ("", "pg_catalog")  # the schemas of PostgreSQL's own functions, as a call may name them
_KEEPING: Final = frozenset(
    {"||", "-", "#-", "nullif"}
)  # operators that leave parts of a document as they are
_NOTHING: Final[Mapping[str, "Scope"]] = {}


class Scope(NamedTuple):
    """A query, the queries that WITH put in its sight, and the query around it."""

    query: Query
    common: Mapping[str, "Scope"]
    outer: "Scope | None" = None


class Part(NamedTuple):
    """A call that builds JSON within the document of a read model.

    covered: COALESCE gives another value for NULL. optional: an outer join may make it NULL. top: it is the
    document itself, not a part of one.
    """

    call: Expression
    scope: Scope
    covered: bool
    optional: bool
    top: bool


class Column(NamedTuple):
    """A value that a read model gives out: a name, its expression and the query it is written in."""

    name: str
    value: Expression
    scope: Scope


def leaves(
    query: Query, common: Mapping[str, Scope] = _NOTHING, outer: Scope | None = None
) -> Iterator[Scope]:
    """Yield the SELECTs of a query: itself, or the sides of its set operations."""
    if query.common:
        seen = dict(common)
        for table in query.common:
            if isinstance(table.query, Query):
                seen[table.name] = Scope(_renamed(table.query, table.columns), seen)
        common = seen
    if not query.branches:
        yield Scope(query, common, outer)
    for branch in query.branches:
        yield from leaves(branch, common, outer)


def _renamed(query: Query, columns: tuple[str, ...]) -> Query:
    """Return a query whose outputs have the names that WITH gives them."""
    if not columns:
        return query
    if query.branches:
        return query._replace(branches=tuple(_renamed(branch, columns) for branch in query.branches))
    outputs = list(query.outputs)
    for place, name in enumerate(columns[: len(outputs)]):
        outputs[place] = outputs[place]._replace(name=name)
    return query._replace(outputs=tuple(outputs))


def view_columns(view: View) -> list[list[Column]] | None:
    """Return, for each SELECT of a view, its columns; None where `*` hides which there are."""
    found: list[list[Column]] = []
    names: tuple[str, ...] = ()
    for scope in leaves(view.query):
        outputs = scope.query.outputs
        if any(output.value.kind == "star" for output in outputs) or not outputs:
            return None
        if not found:
            given = view.columns
            names = given + tuple(output.name for output in outputs[len(given) :])
        found.append(
            [Column(name, output.value, scope) for name, output in zip(names, outputs, strict=False)]
        )
    return found


def is_read_model(view: View, names: Names) -> bool:
    """Return whether a view has a name that says it is a read model."""
    if view.temporary:
        return False
    prefixes = names.materialized_view if view.materialized else names.view
    return view.name.name.startswith(prefixes)


class _Memory:
    """The documents of the fact that was asked about last: several rules ask in turn."""

    fact: Fact | None = None
    documents: tuple[Column, ...] = ()
    parts: tuple[Part, ...] | None = None


_memory = _Memory()


def documents(fact: Fact, names: Names) -> tuple[Column, ...]:
    """Return the values of `data` that a view gives out, or that a write puts into a projection table."""
    if _memory.fact is not fact:
        _memory.fact, _memory.parts = fact, None
        _memory.documents = tuple(_documents(fact, names))
    return _memory.documents


def parts(fact: Fact, names: Names) -> tuple[Part, ...]:
    """Return the calls that build the documents of a fact, at any depth."""
    found = documents(fact, names)
    if _memory.parts is None:
        gathered: list[Part] = []
        seen: set[int] = set()
        for column in found:
            _follow(column.value, column.scope, seen, gathered, covered=False, optional=False, top=True)
        _memory.parts = tuple(gathered)
    return _memory.parts


def _documents(fact: Fact, names: Names) -> Iterator[Column]:
    if isinstance(fact, View):
        if is_read_model(fact, names):
            for columns in view_columns(fact) or ():
                yield from (column for column in columns if column.name == "data")
    elif isinstance(fact, Write):
        yield from _written(fact, names)
    elif isinstance(fact, _BODIED):
        for step in steps_of(fact):
            for write in writes(step.facts):
                yield from _written(write, names)


def _written(write: Write, names: Names) -> Iterator[Column]:
    if not write.table.name.startswith(names.projection):
        return
    around = Query(write.start, (), write.sources, write.common)
    (scope,) = leaves(around)
    for name, value in (*write.assignments, *write.inserted):
        if name == "data":
            yield Column(name, value, scope)
    if write.query is None or "data" not in write.columns:
        return
    place = write.columns.index("data")
    for leaf in leaves(write.query, scope.common):
        if len(leaf.query.outputs) == len(write.columns):
            yield Column("data", leaf.query.outputs[place].value, leaf)
        for row in leaf.query.values:
            yield Column("data", row[place], leaf)


def _follow(
    value: Expression,
    scope: Scope,
    seen: set[int],
    found: list[Part],
    *,
    covered: bool,
    optional: bool,
    top: bool,
) -> None:
    """Gather the calls that build a value."""
    if not _builds(value) or id(value) in seen:  # seen: a recursive query
        return
    seen.add(id(value))
    inner: list[tuple[Expression, Scope, bool]] = [(argument, scope, optional) for argument in value.args]
    if value.kind == "call":
        found.append(Part(value, scope, covered, optional, top))
        covered, inner = False, [(argument, scope, False) for argument in value.args]
        top = top and value.name in _PASSING
    elif value.kind == "column":
        inner = origins(value, scope)
    elif value.kind == "coalesce":
        covered = covered or len(value.args) > 1
    elif value.kind == "subquery":
        inner = selected(value, scope, optional=optional)
    elif value.kind not in ("cast", "case", "operator"):
        top = False
    for expression, inside, outer_joined in inner:
        _follow(expression, inside, seen, found, covered=covered, optional=outer_joined, top=top)
    if value.kind == "column":  # it may be used twice
        seen.discard(id(value))


def _builds(value: Expression) -> bool:
    """Return whether what a value is made of may be a part of it."""
    if value.kind == "call":
        return value.name in _BUILDING and value.qualifier in BUILT_IN
    return value.name in _KEEPING if value.kind == "operator" else value.kind != "constant"


def selected(value: Expression, scope: Scope, *, optional: bool) -> list[tuple[Expression, Scope, bool]]:
    """Return what a subquery gives, with the query that says it; optional: as it is to be said of each."""
    if value.query is None or value.name not in ("expr", "array"):
        return []
    return [
        (output.value, leaf, optional)
        for leaf in leaves(value.query, scope.common, scope)
        for output in leaf.query.outputs
    ]


def origins(column: Expression, scope: Scope | None) -> list[tuple[Expression, Scope, bool]]:
    """Return the expressions that a column stands for, with their query; whether an outer join is between.

    Empty where it is a column of a table or can't be told.
    """
    while scope is not None:
        for source in scope.query.sources:
            if column.qualifier and source.alias != column.qualifier:
                continue
            found = _outputs(source, column.name, scope)
            if found or column.qualifier:
                return found
        scope = scope.outer
    return []


def _outputs(source: Source, name: str, scope: Scope) -> list[tuple[Expression, Scope, bool]]:
    query, common = source.query, scope.common
    if source.common in scope.common:
        query, common, _ = scope.common[source.common]
    if query is None:
        return []
    found: list[tuple[Expression, Scope, bool]] = []
    place = -1
    for leaf in leaves(_renamed(query, source.columns), common, scope):
        outputs = leaf.query.outputs
        if place < 0:
            place = next((i for i, output in enumerate(outputs) if output.name == name), -1)
        stars = any(output.value.kind == "star" for output in outputs)
        if not 0 <= place < len(outputs) or stars:
            return []
        found.append((outputs[place].value, leaf, source.optional))
    return found


def literal(key: Expression) -> str | None:
    """Return the text of a key that is a constant, None for any other."""
    while key.kind == "cast" and key.name in ("text", "character varying"):
        key = key.args[0]
    if key.kind == "constant" and key.qualifier != "null":
        return key.name
    return None
