"""Which keys the document of a read model has, where its text says all of them."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from toolkit.core.settings import Names
from toolkit.lint.documents import (
    AGGREGATES,
    BUILT_IN,
    OBJECTS,
    Column,
    Scope,
    documents,
    literal,
    origins,
    selected,
)
from toolkit.lint.steps import steps_of, writes
from toolkit.source.facts import Do, Fact, Routine, View
from toolkit.source.queries import Expression, QualifiedName

_STRIPPING: Final = frozenset({"jsonb_strip_nulls", "json_strip_nulls"})
_PASSING: Final = _STRIPPING | {"to_jsonb", "to_json", "array_to_json"}
_LISTS: Final = AGGREGATES - {"jsonb_object_agg", "json_object_agg"}


class Key(NamedTuple):
    """A key of an object; object: what stands there or, in a list, in each element."""

    start: int
    name: str
    object: "Keys | None"


class Keys(NamedTuple):
    """All keys of an object. start: the place of what builds it."""

    start: int
    keys: tuple[Key, ...]


class Document(NamedTuple):
    """The keys of what one SELECT of a view, or one write to a projection table, gives as `data`."""

    relation: QualifiedName
    keys: Keys


def read_documents(fact: Fact, names: Names) -> Iterator[Document]:
    """Yield the documents of a fact of which the text says all keys."""
    if isinstance(fact, View):
        yield from _documents(fact.name, documents(fact, names))
    elif isinstance(fact, Routine | Do) and fact.body:
        tables = {use.name for use in fact.uses.writes if use.name.name.startswith(names.projection)}
        for step in steps_of(fact) if tables else ():
            for write in writes(step.facts):
                yield from _documents(write.table, documents(write, names))


def _documents(relation: QualifiedName, columns: tuple[Column, ...]) -> Iterator[Document]:
    for column in columns:
        keys = _keys(column.value, column.scope, frozenset())
        if keys is not None:
            yield Document(relation, keys)


def _keys(value: Expression, scope: Scope, seen: frozenset[int]) -> Keys | None:
    """Return the keys of the object that a value is, or a list of; None where the text does not say them."""
    if id(value) in seen:  # a query that reads itself
        return None
    seen |= {id(value)}
    if value.kind == "call":
        return _of_call(value, scope, seen)
    if value.kind == "operator" and value.name == "||":
        return _merged(value, scope, seen)
    parts: list[tuple[Expression, Scope]] = []
    if value.kind in ("cast", "case", "coalesce"):
        parts = [(part, scope) for part in value.args if _uncast(part).kind != "constant"]
    elif value.kind == "subquery":
        parts = [(part, inner) for part, inner, _ in selected(value, scope, optional=False)]
    elif value.kind == "column":
        # Without its table it may be a column of one that stands nearer than the query that gives it a name.
        seen_from = scope if value.qualifier else scope._replace(outer=None)
        parts = [(part, inner) for part, inner, _ in origins(value, seen_from)]
    return _keys(*parts[0], seen) if len(parts) == 1 else None


def _of_call(call: Expression, scope: Scope, seen: frozenset[int]) -> Keys | None:
    if call.qualifier not in BUILT_IN or not call.args or "variadic" in call.flags:
        return None
    if call.name in _PASSING or call.name in _LISTS:
        emptied = call.name in _STRIPPING and _says_null(call.args[0])
        return None if emptied else _keys(call.args[0], scope, seen)
    if call.name not in OBJECTS:
        return None
    found: dict[str, Key] = {}
    for key, inner in zip(call.args[::2], call.args[1::2], strict=False):
        name = literal(key)
        if name is None:
            return None
        found[name] = Key(key.start, name, _keys(inner, scope, seen))
    return Keys(call.start, tuple(found.values()))


def _says_null(value: Expression) -> bool:
    return value.qualifier == "null" or any(_says_null(part) for part in value.args)


def _uncast(value: Expression) -> Expression:
    while value.kind == "cast" and value.args:
        value = value.args[0]
    return value


def _is_object(value: Expression) -> bool:
    return value.name == "||" if value.kind == "operator" else value.kind == "call" and value.name in OBJECTS


def _merged(value: Expression, scope: Scope, seen: frozenset[int]) -> Keys | None:
    """Return the keys of the objects that `||` joins; the right one wins."""
    found: dict[str, Key] = {}
    sides = [_uncast(side) for side in value.args]
    for side in sides:
        keys = _keys(side, scope, seen) if _is_object(side) else None
        if keys is None:
            return None
        found |= {key.name: key for key in keys.keys}
    return Keys(sides[0].start, tuple(found.values()))
