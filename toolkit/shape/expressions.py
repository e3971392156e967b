"""Expressions of a query as values: one rule for each kind of node."""

from collections.abc import Callable
from dataclasses import replace

from toolkit.core.shapes import Opaque
from toolkit.shape import aggregates, calls, constants, documents, json_calls
from toolkit.shape.facts import KNOWN, NOT_TRUE, TRUE, certain, facts_if
from toolkit.shape.nodetree import Node, text_of
from toolkit.shape.scope import GROUP, JOIN, Facts, Interpreting, Scope, extend
from toolkit.shape.traps import cast_to_text
from toolkit.shape.values import (
    BIGINT,
    INTEGER,
    JSONB,
    RECORD,
    TEXT,
    Value,
    boolean,
    either,
    void,
)

_EXISTS, _ALL, _ANY, _EXPR, _ARRAY = "0", "1", "2", "4", "6"
_CURRENT_SCHEMA = "14"
_EXTERN = "0"
_FULL = "2"


def evaluate(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    """Return the value of an expression; of a node that is not understood only that it may be anything."""
    if scope.nulled_expressions and scope.ungrouped() not in facts and node in scope.nulled_expressions:
        rule = _RULES.get(node[""], _unknown)
        return replace(rule(of, node, scope, facts), null=True)
    return _RULES.get(node[""], _unknown)(of, node, scope, facts)


def _unknown(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    oid = next((node[name] for name in ("resulttype", "type", "typeId") if name in node), "0")
    reason = f"an expression of kind {node['']}"
    return (
        of.types.any_value(int(oid), reason=reason) if int(oid) else Value(0, null=True, shape=Opaque(reason))
    )


def _variable(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    owner = scope.outer(int(node["varlevelsup"]))
    found = of.column(owner, int(node["varno"]), int(node["varattno"]), facts)
    if found is not None:
        # In RETURNING (PostgreSQL 18): old and new rows, either of which may not be there.
        explicit = node.get("varreturningtype", "0") != "0"
        return replace(found, null=True) if explicit else found
    system = int(node["varattno"]) < 0
    return of.types.any_value(
        int(node["vartype"]), int(node["vartypmod"]), null=not system, reason="a column that is not known"
    )


def column(of: Interpreting, scope: Scope, source: int, number: int, facts: Facts) -> Value | None:
    """Return the value of a source's column under some facts; number 0 is the whole row."""
    entry = scope.entry(source)
    if entry["rtekind"] in (JOIN, GROUP):
        return _alias(of, scope, source, number, facts)
    columns = of.source(scope, source)
    there = scope.there(scope.groups.get(source, ()))
    if number == 0:
        present = extend(facts, there)
        fields = tuple(
            (name, _present(scope, source, place, value, present)) for place, (name, value) in columns.items()
        )
        return Value(_row_type(of, entry), not there <= facts, fields=fields)
    if number not in columns:
        return None
    value = _present(scope, source, number, columns[number][1], facts)
    if not there <= facts and (scope, source, number) not in facts:
        value = value if value.null else replace(value, null=True)
    if (source, number) in scope.nulled and scope.ungrouped() not in facts:
        value = replace(value, null=True, column=None)
    return value


def _present(scope: Scope, source: int, number: int, value: Value, facts: Facts) -> Value:
    known = value.null and (scope, source, number) in facts
    return replace(value, null=False) if known else value


def _row_type(of: Interpreting, entry: Node) -> int:
    relation = of.snapshot.relations.get(int(entry.get("relid") or 0))
    return relation.type if relation else RECORD


def _alias(of: Interpreting, scope: Scope, source: int, number: int, facts: Facts) -> Value | None:
    """Return a column of a join, or of the grouped rows (PostgreSQL 18), by the expression behind it."""
    entry = scope.entry(source)
    if entry["rtekind"] == GROUP:
        value = of.value(entry["groupexprs"][number - 1], scope, facts)
        nulled = (source, number) in scope.nulled and scope.ungrouped() not in facts
        return replace(value, null=True, column=None) if nulled else value
    expressions = entry["joinaliasvars"]
    if number == 0:
        names = [text_of(name) for name in entry["eref"]["colnames"]]
        fields = [of.value(each, scope, facts) for each in expressions]
        return Value(RECORD, null=True, fields=tuple(zip(names, fields, strict=True)))
    expression = expressions[number - 1]
    if entry["jointype"] == _FULL and expression[""] == "COALESCEEXPR":
        # A column of USING: one of the sides is there.
        return either(
            of.value(expression, scope, extend(facts, scope.there([group])))
            for pair in scope.full
            for group in pair
        )
    return of.value(expression, scope, facts)


def _constant(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    return constants.constant(of.types, node)


def _parameter(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    inner: Scope | None = scope
    while inner is not None and node["paramkind"] == _EXTERN:
        if inner.parameters:
            found = inner.parameters.get(int(node["paramid"]))
            if found is not None:
                return found
        inner = inner.parent
    return of.types.any_value(int(node["paramtype"]), int(node["paramtypmod"]), reason="a parameter")


def _boolean(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    return boolean(null=any(of.value(each, scope, facts).null for each in node["args"]))


def _never_null(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    return boolean(null=False)


def _maybe(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    return boolean(null=True)


def _array_operator(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    needle, array = (of.value(each, scope, facts) for each in node["args"])
    empty = array.element is not None and array.element.void and not array.element.null
    elements = not empty and (array.element is None or array.element.null)
    total = calls.is_total(of, int(node["opfuncid"]))
    return boolean(null=not total or needle.null or array.null or elements)


def _relabelled(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    value = of.value(node["arg"], scope, facts)
    oid, typmod = int(node["resulttype"]), int(node["resulttypmod"])
    if value.void:
        return void(oid)
    if of.types.get(value.type).kind == "d" and not value.values:
        value = replace(value, values=of.types.labels(value))
    return replace(value, type=oid, typmod=typmod)


def _converted(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    """Convert through text, as json to jsonb and an enum to text."""
    value = of.value(node["arg"], scope, facts)
    oid = int(node["resulttype"])
    if value.void:
        return void(oid)
    if of.types.is_json(oid):
        known = value.shape if of.types.is_json(value.type) else None
        return Value(oid, value.null, shape=known or Opaque("a document from text"))
    if oid == TEXT and not of.types.is_json(value.type):
        kind, _ = of.types.base(value.type)
        if (trap := cast_to_text(of.types.name(kind.oid))) is not None:
            of.note(trap)
        return Value(oid, value.null, values=of.types.labels(value))
    return of.types.any_value(oid, null=value.null)


def _converted_array(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    value = of.value(node["arg"], scope, facts)
    oid, typmod = int(node["resulttype"]), int(node["resulttypmod"])
    element = value.element
    if element is None:
        return Value(oid, value.null, typmod)
    inner = of.types.element(oid)
    plain = node["elemexpr"] and node["elemexpr"][""] == "RELABELTYPE"
    made = (
        replace(element, type=inner)
        if plain or element.void
        else of.types.any_value(inner, typmod, null=element.null)
    )
    return Value(oid, value.null, typmod, element=made)


def _converted_row(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    return of.types.any_value(int(node["resulttype"]), null=of.value(node["arg"], scope, facts).null)


def _passed(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    return of.value(node["arg"], scope, facts)


def _case(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    results = []
    here = facts
    for each in node["args"]:
        holds = None if node["arg"] else facts_if(of, each["expr"], scope, TRUE)
        if node["arg"]:
            holds = certain(of, node["arg"], scope, KNOWN)
        if holds is not None:
            results.append(of.value(each["result"], scope, extend(here, holds)))
        if not node["arg"]:
            here = extend(here, certain(of, each["expr"], scope, NOT_TRUE))
    otherwise = node["defresult"]
    results.append(of.value(otherwise, scope, here) if otherwise else void(int(node["casetype"])))
    return replace(either(results), type=int(node["casetype"]))


def _coalesce(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    found = []
    for each in node["args"]:
        value = of.value(each, scope, facts)
        found.append(replace(value, null=value.void))
        if not value.null:
            break
    else:
        found.append(void(int(node["coalescetype"])))
    some = [value for value in found if not value.void]
    nulls = [value for value in found[-1:] if value.void]
    return replace(either([*some, *nulls]), type=int(node["coalescetype"]))


def _greatest(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    values = [of.value(each, scope, facts) for each in node["args"]]
    return replace(either(values), null=all(value.null for value in values))


def _null_if(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    value, other = (of.value(each, scope, facts) for each in node["args"])
    text = json_calls.only_text(other)
    left = tuple(each for each in value.values if each != text)
    return replace(
        value, null=True, column=None, values=left, void=value.void or bool(value.values and not left)
    )


def _array(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    elements = [of.value(each, scope, facts) for each in node["elements"]]
    element = either(elements) if elements else replace(void(int(node["element_typeid"])), null=False)
    return Value(int(node["array_typeid"]), null=False, element=element)


def _row(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    values = [of.value(each, scope, facts) for each in node["args"]]
    oid = int(node["row_typeid"])
    relation = of.snapshot.relations.get(of.types.get(oid).relation)
    names = [each.name for each in relation.columns] if relation else []
    if len(names) != len(values):
        names = [text_of(name) for name in node["colnames"]] or [f"f{i}" for i in range(1, len(values) + 1)]
    return Value(oid, null=False, fields=tuple(zip(names, values, strict=False)))


def _field(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    value = of.value(node["arg"], scope, facts)
    fields = of.types.fields(value)
    place = int(node["fieldnum"]) - 1
    if fields is None or place >= len(fields):
        return of.types.any_value(
            int(node["resulttype"]), int(node["resulttypmod"]), reason="a field of a row"
        )
    found = fields[place][1]
    return replace(found, null=found.null or value.null)


def _sublink(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    kind = node["subLinkType"]
    if kind == _EXISTS:
        return boolean(null=False)
    if kind not in (_EXPR, _ARRAY):
        test = of.value(node["testexpr"], scope, facts) if node["testexpr"] else None
        rows = of.query(node["subselect"], scope, facts)
        nulls = any(value.null for _, value in rows.columns)
        return boolean(null=nulls or test is None or _left_may_be_null(of, node["testexpr"], scope, facts))
    rows = of.query(node["subselect"], scope, facts)
    value = rows.columns[0][1]
    if kind == _ARRAY:
        return Value(of.types.array_of(value.type), null=False, element=value)
    return value if rows.some else replace(value, null=True)


def _left_may_be_null(of: Interpreting, test: Node, scope: Scope, facts: Facts) -> bool:
    if test[""] != "OPEXPR" or not calls.is_total(of, int(test["opfuncid"])):
        return True
    return of.value(test["args"][0], scope, facts).null


def _subscript(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    value = of.value(node["refexpr"], scope, facts)
    bounds = [each for each in (*node["refupperindexpr"], *node["reflowerindexpr"]) if each]
    if of.types.is_json(int(node["refcontainertype"])):
        path = [json_calls.only_text(of.value(each, scope, facts)) for each in node["refupperindexpr"]]
        shape, missing = documents.at(value.shape or Opaque("a document"), path)
        return Value(JSONB, value.null or missing, shape=shape)
    if node["reflowerindexpr"]:
        return replace(
            value, null=value.null or any(of.value(each, scope, facts).null for each in bounds), column=None
        )
    element = value.element or of.types.any_value(int(node["refelemtype"]))
    return replace(element, null=True, column=None)


def _sql_value(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    return of.types.any_value(int(node["type"]), int(node["typmod"]), null=node["op"] == _CURRENT_SCHEMA)


def _grouping(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    return Value(INTEGER, null=False)


def _next_value(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    return Value(BIGINT, null=False)


def _merge_action(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    return of.types.any_value(int(node["msftype"]), null=False)


def _checked_domain(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    value = of.value(node["arg"], scope, facts)
    oid = int(node["resulttype"])
    if value.void:
        return void(oid)
    strict = of.types.get(oid).not_null
    return replace(value, type=oid, typmod=-1, null=value.null and not strict)


def _json_value(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    return of.value(node["formatted_expr"] or node["raw_expr"], scope, facts)


def _json_predicate(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> Value:
    return boolean(null=of.value(node["expr"], scope, facts).null)


_Rule = Callable[[Interpreting, Node, Scope, Facts], Value]
_RULES: dict[str, _Rule] = {
    "VAR": _variable,
    "CONST": _constant,
    "PARAM": _parameter,
    "BOOLEXPR": _boolean,
    "NULLTEST": _never_null,
    "BOOLEANTEST": _never_null,
    "DISTINCTEXPR": _never_null,
    "ROWCOMPAREEXPR": _maybe,
    "SCALARARRAYOPEXPR": _array_operator,
    "RELABELTYPE": _relabelled,
    "COLLATEEXPR": _passed,
    "COERCEVIAIO": _converted,
    "ARRAYCOERCEEXPR": _converted_array,
    "CONVERTROWTYPEEXPR": _converted_row,
    "COERCETODOMAIN": _checked_domain,
    "CASEEXPR": _case,
    "COALESCEEXPR": _coalesce,
    "MINMAXEXPR": _greatest,
    "NULLIFEXPR": _null_if,
    "ARRAYEXPR": _array,
    "ROWEXPR": _row,
    "FIELDSELECT": _field,
    "SUBLINK": _sublink,
    "SUBSCRIPTINGREF": _subscript,
    "SQLVALUEFUNCTION": _sql_value,
    "GROUPINGFUNC": _grouping,
    "NEXTVALUEEXPR": _next_value,
    "MERGESUPPORTFUNC": _merge_action,
    "JSONVALUEEXPR": _json_value,
    "JSONISPREDICATE": _json_predicate,
    "NAMEDARGEXPR": _passed,
    "FUNCEXPR": calls.call,
    "OPEXPR": calls.call,
    **aggregates.RULES,
}
