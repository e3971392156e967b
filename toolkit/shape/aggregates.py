"""Aggregates, window functions and the SQL/JSON constructors as values."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from toolkit.core.shapes import Array, Object, Opaque, Property, Shape, Tuple, union_of
from toolkit.core.trees import SYSTEM_SCHEMA
from toolkit.shape.facts import certain
from toolkit.shape.json_calls import only_text
from toolkit.shape.nodetree import Node
from toolkit.shape.scope import Facts, Interpreting, Scope, extend
from toolkit.shape.values import JSON, JSONB, Value

_COLLECTING = frozenset({"array_agg", "json_agg", "jsonb_agg"})
_KEYED = ("json_object_agg", "jsonb_object_agg")
_COUNTING = frozenset({"count", "regr_count"})
# Not NULL where every row has a value that is not NULL.
_SUMMING = frozenset({
    "any_value", "avg", "bit_and", "bit_or", "bit_xor", "bool_and", "bool_or", "every", "max", "min",
    "mode", "percentile_cont", "percentile_disc", "range_agg", "string_agg", "sum", "var_pop",
    "variance_pop", "stddev_pop",
})  # fmt: skip
_PICKING = frozenset({"any_value", "max", "min"})
_RANKS = frozenset({"row_number", "rank", "dense_rank", "percent_rank", "cume_dist"})
_EDGES = frozenset({"first_value", "last_value"})
# Frames that hold the row itself: from the start or from it, to it or to the end, with nothing excluded.
_FRAME_STARTS, _FRAME_ENDS, _FRAME_EXCLUSIONS = 0x20 | 0x200, 0x100 | 0x400, 0x8000 | 0x10000 | 0x20000
_MOST_KEYS = 64
_OBJECT, _ARRAY, _OBJECT_AGG, _ARRAY_AGG, _PARSE, _SCALAR, _SERIALIZE = "1234567"


def aggregate(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    """Return the value of an AGGREF."""
    query = scope.query
    inner = extend(facts, [scope.ungrouped()])
    if node["aggfilter"]:
        inner = extend(inner, certain(of, node["aggfilter"], scope))
    arguments = [of.value(each["expr"], scope, inner) for each in node["args"] if each["resjunk"] == "false"]
    there = bool(query["groupClause"]) and not query["groupingSets"]
    there = there and not node["aggfilter"] and node["agglevelsup"] == "0"
    arguments += [of.value(each, scope, facts) for each in node["aggdirectargs"]]
    return _aggregated(of, int(node["aggfnoid"]), int(node["aggtype"]), arguments, there=there)


def window(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    """Return the value of a WINDOWFUNC."""
    oid, result = int(node["winfnoid"]), int(node["wintype"])
    inner = extend(facts, certain(of, node["aggfilter"], scope)) if node["aggfilter"] else facts
    arguments = [of.value(each, scope, inner) for each in node["args"]]
    routine = of.snapshot.routines.get(oid)
    framed = not node["aggfilter"] and _holds_the_row(scope, node["winref"])
    if routine is None or routine.schema != SYSTEM_SCHEMA:
        return of.types.any_value(result, reason="a window function that is not known")
    if routine.name in _RANKS:
        return Value(result, null=False)
    if routine.name == "ntile":
        return Value(result, arguments[0].null)
    if routine.name in _EDGES or routine.name in ("lag", "lead", "nth_value"):
        null = arguments[0].null or routine.name not in _EDGES or not framed
        default = arguments[2:3]
        if routine.name in ("lag", "lead") and default:
            null = arguments[0].null or arguments[1].null or default[0].null
            return Value(result, null, shape=of.types.any_value(result, reason="lag() or lead()").shape)
        return replace(arguments[0], null=null, column=None)
    return _aggregated(of, oid, result, arguments, there=framed)


def _holds_the_row(scope: Scope, reference: str) -> bool:
    for clause in scope.query["windowClause"]:
        if clause["winref"] == reference:
            options = int(clause["frameOptions"])
            starts, ends = options & _FRAME_STARTS, options & _FRAME_ENDS
            return bool(starts and ends and not options & _FRAME_EXCLUSIONS)
    return False


def _aggregated(of: Interpreting, oid: int, result: int, arguments: Sequence[Value], *, there: bool) -> Value:
    """Return an aggregate's value; there: a row is sure to be among those that it sees."""
    routine = of.snapshot.routines.get(oid)
    if routine is None or routine.schema != SYSTEM_SCHEMA:
        return of.types.any_value(result, reason="result of an aggregate that is not known")
    name = routine.name
    strict = name.endswith("_strict")
    name = name.removesuffix("_strict").removesuffix("_unique")
    if name in _COUNTING:
        return Value(result, null=False)
    if name in _COLLECTING:
        return _collected(of, result, arguments[0], null=not there, strict=strict)
    if name in _KEYED:
        key, value = arguments
        document = of.types.document(replace(value, null=False) if strict else value)
        return Value(result, not there, shape=_keyed(of.types.labels(key), document))
    null = not (there and name in _SUMMING) or any(each.null for each in arguments)
    if name in _PICKING:
        return replace(arguments[0], type=result, typmod=-1, null=null, column=None, origin="")
    return of.types.any_value(result, null=null, reason=f"result of {routine.name}()")


def _collected(of: Interpreting, result: int, value: Value, *, null: bool, strict: bool) -> Value:
    if result in (JSON, JSONB):
        document = of.types.document(replace(value, null=False) if strict else value)
        return Value(result, null, shape=Array(document))
    if of.types.element(value.type):  # arrays of arrays are arrays of more dimensions
        return Value(result, null, element=value)
    return Value(result, null, element=replace(value, column=None))


def _keyed(names: Sequence[str], document: Shape) -> Shape:
    """Return the object of keys that are worked out: a map, or any keys of a closed set."""
    if not names or len(names) > _MOST_KEYS:
        return Object((), document)
    return Object(tuple(Property(name, document, optional=True) for name in names))


def constructor(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    """Return the value of a JSONCONSTRUCTOREXPR: JSON_OBJECT, JSON_ARRAY, JSON_ARRAYAGG and so on."""
    kind = node["type"]
    result = int(node["returning"]["typid"])
    if kind in (_OBJECT_AGG, _ARRAY_AGG):
        value = of.value(node["func"], scope, facts)
        return _as_type(of, result, value.shape or Opaque("an aggregate"), null=value.null)
    values = [of.value(each, scope, facts) for each in node["args"]]
    absent = node["absent_on_null"] == "true"
    if kind == _OBJECT:
        return _as_type(of, result, _object(of, values, absent=absent), null=False)
    if kind == _ARRAY:
        return _as_type(of, result, _array(of, values, absent=absent), null=False)
    if kind == _SCALAR:
        return _as_type(of, result, of.types.document(replace(values[0], null=False)), null=values[0].null)
    value = values[0] if values else of.value(node["func"], scope, facts)
    return _as_type(of, result, value.shape or Opaque("a document from text"), null=value.null)


def _as_type(of: Interpreting, oid: int, shape: Shape, *, null: bool) -> Value:
    return Value(oid, null, shape=shape) if of.types.is_json(oid) else Value(oid, null)


def _object(of: Interpreting, values: Sequence[Value], *, absent: bool) -> Shape:
    properties: dict[str, Property] = {}
    extras = []
    for key, value in zip(values[::2], values[1::2], strict=True):
        document = of.types.document(replace(value, null=False) if absent and not value.void else value)
        name = only_text(key)
        if name is None:
            extras.append(document)
        elif not (absent and value.void):
            properties[name] = Property(name, document, optional=absent and value.null)
    if extras:
        properties = {
            name: replace(each, shape=union_of([each.shape, *extras])) for name, each in properties.items()
        }
    return Object(tuple(properties.values()), union_of(extras) if extras else None)


def _array(of: Interpreting, values: Sequence[Value], *, absent: bool) -> Shape:
    if not absent or not any(each.null for each in values):
        return Tuple(tuple(map(of.types.document, values)))
    return Array(union_of(of.types.document(replace(each, null=False)) for each in values if not each.void))


def query_function(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    """Return the value of a JSONEXPR: JSON_EXISTS, JSON_VALUE and JSON_QUERY."""
    returning = node["returning"]
    return of.types.any_value(
        int(returning["typid"]), int(returning["typmod"]), reason="result of JSON_QUERY()"
    )


RULES: dict[str, Callable[[Interpreting, Node, Scope, Facts], Value]] = {
    "AGGREF": aggregate,
    "WINDOWFUNC": window,
    "JSONCONSTRUCTOREXPR": constructor,
    "JSONEXPR": query_function,
}
