"""Calls of functions and operators as values."""

from collections.abc import Mapping
from dataclasses import replace

from toolkit.core.trees import SYSTEM_SCHEMA, Argument, Routine
from toolkit.shape import json_calls, totals
from toolkit.shape.json_calls import Call
from toolkit.shape.nodetree import Node
from toolkit.shape.scope import Facts, Interpreting, Scope
from toolkit.shape.values import Rows, Value

# Functions that cut or round to a modifier, given as their second argument.
_SIZED = frozenset({
    "varchar", "bpchar", "numeric", "timestamp", "timestamptz", "time", "timetz", "interval", "bit", "varbit",
})  # fmt: skip
_INTEGER_TYPES = frozenset({20, 21, 23})
_INPUTS, _OUTPUTS = "ibv", "bot"


def is_total(of: Interpreting, oid: int) -> bool:
    """Tell whether a function is known to return no NULL for arguments that are not NULL."""
    routine = of.snapshot.routines.get(oid)
    if routine is None or routine.schema != SYSTEM_SCHEMA:
        return False
    return totals.is_total(of.snapshot.major, routine)


def call(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    """Return the value of a FUNCEXPR or an OPEXPR: of each row where it returns a set."""
    oid = int(node.get("opfuncid") or node["funcid"])
    result = int(node.get("opresulttype") or node["funcresulttype"])
    routine = of.snapshot.routines.get(oid)
    arguments = [of.value(each, scope, facts) for each in node["args"]]
    if routine is None:
        return of.types.any_value(result, reason="result of a function that is not known")
    made = Call(of, routine.name, arguments, node["args"], result, node.get("funcvariadic") == "true")
    rule = json_calls.RULES.get(routine.name)
    if routine.schema != SYSTEM_SCHEMA:
        value = _ours(made, routine)
    else:
        value = rule(made) if rule else _builtin(made, routine)
    return replace(value, null=True) if scope.padded and routine.many else value


def _builtin(made: Call, routine: Routine) -> Value:
    major = made.of.snapshot.major
    # A set without a row is no NULL.
    given = made.null and not routine.many
    null = given and not totals.is_never_null(major, routine)
    null = null or not totals.is_total(major, routine)
    if routine.name in _SIZED and len(made.arguments) > 1:
        size = json_calls.only_text(made.arguments[1])
        return Value(made.result, null, -1 if size is None else int(size))
    value = made.of.types.any_value(made.result, null=null, reason=f"result of {routine.name}()")
    return replace(value, values=made.arguments[0].values) if _is_widening(made, routine) else value


def _is_widening(made: Call, routine: Routine) -> bool:
    """Tell whether a call turns one integer type into another, as LIMIT does with its constant."""
    cast = routine.name in ("int2", "int4", "int8") and made.result in _INTEGER_TYPES
    return cast and made.arguments[0].type in _INTEGER_TYPES


def _ours(made: Call, routine: Routine) -> Value:
    """Return what a function of the user's returns: by its body where that is SQL, else by its types."""
    rows = made.of.body(routine, _by_number(made))
    value = declared(made.of, routine) if rows is None else returned(made.of, routine, rows)
    return replace(value, null=True) if routine.strict and made.null and not routine.many else value


def _by_number(made: Call) -> Mapping[int, Value]:
    """Return the arguments by the number of their parameter; those left to their default are absent."""
    return {
        (int(node["argnumber"]) if node[""] == "NAMEDARGEXPR" else place) + 1: value
        for place, (node, value) in enumerate(zip(made.nodes, made.arguments, strict=True))
    }


def inputs(routine: Routine) -> list[Argument]:
    """Return the parameters of a routine that a call gives."""
    return [each for each in routine.arguments if each.mode in _INPUTS]


def outputs(routine: Routine) -> list[Argument]:
    """Return the parameters of a routine, and the columns of its result, that a call gives back."""
    return [each for each in routine.arguments if each.mode in _OUTPUTS]


def declared(of: Interpreting, routine: Routine) -> Value:
    """Return what a routine returns, as far as its declaration says."""
    how = (
        "whose body can't be read" if routine.language == "sql" else f"which is written in {routine.language}"
    )
    reason = f"result of {routine.name}(), {how}"
    value = of.types.any_value(routine.returns, reason=reason)
    columns = outputs(routine)
    if len(columns) <= 1:
        return value
    return replace(
        value, fields=tuple((each.name, of.types.any_value(each.type, reason=reason)) for each in columns)
    )


def returned(of: Interpreting, routine: Routine, rows: Rows) -> Value:
    """Return what a routine returns, or each of its rows, from the columns of its last query."""
    columns = [each.name for each in outputs(routine)]
    values = [value for _, value in rows.columns]
    missing = not (routine.many or rows.some)
    kind = of.types.base(routine.returns)[0]
    if len(columns) > 1 or (kind.kind == "c" and len(values) > 1):
        names = columns or [each.name for each in of.snapshot.relations[kind.relation].columns]
        return Value(routine.returns, missing, fields=tuple(zip(names, values, strict=False)))
    if not values:
        return of.types.any_value(routine.returns)
    # An assignment cast may stand between the last query and the result.
    same = of.types.base(values[0].type)[0] == kind
    value = values[0] if same else of.types.any_value(routine.returns, null=values[0].null)
    return replace(value, type=routine.returns, null=value.null or missing, column=None)
