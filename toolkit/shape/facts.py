"""What must be not NULL for a condition to come out in some way.

A set of facts is what certainly holds; None stands for all facts, where the condition can't come out so.
"""

from collections.abc import Callable, Iterable
from enum import Enum

from toolkit.shape.nodetree import Node
from toolkit.shape.scope import GROUP, JOIN, NO_FACTS, Facts, Interpreting, Scope

Found = Facts | None
_PRESENT = "1"  # NULLTEST: IS NOT NULL
_EXISTS, _ANY = "0", "2"


class Outcome(Enum):
    """How a condition comes out."""

    TRUE = "true"
    FALSE = "false"
    KNOWN = "not NULL"
    NOT_TRUE = "false or NULL"
    NOT_FALSE = "true or NULL"


TRUE, FALSE, KNOWN = Outcome.TRUE, Outcome.FALSE, Outcome.KNOWN
NOT_TRUE, NOT_FALSE = Outcome.NOT_TRUE, Outcome.NOT_FALSE
_OPPOSITE = {TRUE: FALSE, FALSE: TRUE, NOT_TRUE: NOT_FALSE, NOT_FALSE: NOT_TRUE, KNOWN: KNOWN}
_NOT_NULL = frozenset({TRUE, FALSE, KNOWN})
# BOOLEANTEST: what x IS TRUE, IS NOT TRUE, IS FALSE, … say of x, where it is so and where it is not.
_TESTS = (
    (TRUE, NOT_TRUE),
    (NOT_TRUE, TRUE),
    (FALSE, NOT_FALSE),
    (NOT_FALSE, FALSE),
    (None, KNOWN),
    (KNOWN, None),
)
_TRANSPARENT = frozenset({
    "RELABELTYPE", "COERCEVIAIO", "COLLATEEXPR", "ARRAYCOERCEEXPR", "COERCETODOMAIN", "CONVERTROWTYPEEXPR",
})  # fmt: skip


def both(one: Found, other: Found) -> Found:
    """Return what holds where both hold."""
    return None if one is None or other is None else one | other


def common(found: Iterable[Found]) -> Found:
    """Return what holds where any of them holds."""
    possible = [facts for facts in found if facts is not None]
    return frozenset.intersection(*possible) if possible else None


def facts_if(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    """Return what is not NULL where a condition comes out in a way."""
    if not node:
        return NO_FACTS
    rule = _RULES.get(node[""])
    return NO_FACTS if rule is None else rule(of, node, scope, outcome)


def certain(of: Interpreting, node: Node, scope: Scope, outcome: Outcome = TRUE) -> Facts:
    """Return the same; nothing where the condition can't come out so, as no row is left then."""
    return facts_if(of, node, scope, outcome) or NO_FACTS


def _all(of: Interpreting, nodes: Iterable[Node], scope: Scope, outcome: Outcome) -> Found:
    found: Found = NO_FACTS
    for node in nodes:
        found = both(found, facts_if(of, node, scope, outcome))
    return found


def _any(of: Interpreting, nodes: Iterable[Node], scope: Scope, outcome: Outcome) -> Found:
    return common([facts_if(of, node, scope, outcome) for node in nodes])


def _variable(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    if outcome not in _NOT_NULL:
        return NO_FACTS
    owner = scope.outer(int(node["varlevelsup"]))
    source, number = int(node["varno"]), int(node["varattno"])
    entry = owner.entry(source)
    if entry["rtekind"] in (JOIN, GROUP):
        inner = entry["joinaliasvars"] if entry["rtekind"] == JOIN else entry["groupexprs"]
        return facts_if(of, inner[number - 1], owner, KNOWN) if number > 0 else NO_FACTS
    if number == 0:
        return owner.there(owner.groups.get(source, ()))
    return frozenset({(owner, source, number)})


def _constant(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    value = of.value(node, scope, NO_FACTS)
    if value.void:
        return None if outcome in _NOT_NULL else NO_FACTS
    if value.values == ("true",):
        return None if outcome in (FALSE, NOT_TRUE) else NO_FACTS
    if value.values == ("false",):
        return None if outcome in (TRUE, NOT_FALSE) else NO_FACTS
    return NO_FACTS


def _call(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    routine = of.snapshot.routines.get(int(node.get("opfuncid") or node["funcid"]))
    if routine is None or not routine.strict or outcome not in _NOT_NULL or node.get("funcretset") == "true":
        return NO_FACTS
    return _all(of, node["args"], scope, KNOWN)


def _transparent(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    return facts_if(of, node["arg"], scope, KNOWN) if outcome in _NOT_NULL else NO_FACTS


def _boolean(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    arguments = node["args"]
    if node["boolop"] == "not":
        return facts_if(of, arguments[0], scope, _OPPOSITE[outcome])
    if outcome is KNOWN:
        return common([_boolean(of, node, scope, TRUE), _boolean(of, node, scope, FALSE)])
    joined = (TRUE, NOT_FALSE) if node["boolop"] == "and" else (FALSE, NOT_TRUE)
    return (_all if outcome in joined else _any)(of, arguments, scope, outcome)


def _null_test(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    holds = outcome in (TRUE, NOT_FALSE)
    present = node["nulltesttype"] == _PRESENT
    if outcome is KNOWN or holds != present:
        return NO_FACTS
    found = facts_if(of, node["arg"], scope, KNOWN)
    if node["argisrow"] == "true" and present and node["arg"][""] == "VAR":
        found = both(found, _fields(of, node["arg"], scope))
    return found


def _fields(of: Interpreting, node: Node, scope: Scope) -> Facts:
    """Return that all columns are not NULL: `row IS NOT NULL`."""
    owner, source = scope.outer(int(node["varlevelsup"])), int(node["varno"])
    if node["varattno"] != "0" or owner.entry(source)["rtekind"] in (JOIN, GROUP):
        return NO_FACTS
    of.column(owner, source, 0, NO_FACTS)
    return frozenset((owner, source, number) for number in owner.sources.get(source, ()))


def _boolean_test(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    if outcome is KNOWN:
        return NO_FACTS
    inner = _TESTS[int(node["booltesttype"])][outcome in (FALSE, NOT_TRUE)]
    return NO_FACTS if inner is None else facts_if(of, node["arg"], scope, inner)


def _array_operator(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    routine = of.snapshot.routines.get(int(node["opfuncid"]))
    if routine is None or not routine.strict or outcome not in _NOT_NULL:
        return NO_FACTS
    needle, array = node["args"]
    # No element at all makes ANY false and ALL true, whatever the needle.
    needed = _is_filled(of, array, scope) or (outcome is TRUE and node["useOr"] == "true")
    return _all(of, [needle, array] if needed else [array], scope, KNOWN)


def _is_filled(of: Interpreting, node: Node, scope: Scope) -> bool:
    while node[""] in _TRANSPARENT:
        node = node["arg"]
    if node[""] == "CONST":
        element = of.value(node, scope, NO_FACTS).element
        return element is not None and not element.void
    return node[""] == "ARRAYEXPR" and bool(node["elements"])


def _distinct(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    if outcome not in (FALSE, NOT_TRUE):
        return NO_FACTS
    one, other = node["args"]
    equal_to = [this for this, that in ((one, other), (other, one)) if _is_value(that)]
    return _all(of, equal_to, scope, KNOWN)


def _is_value(node: Node) -> bool:
    return bool(node[""] == "CONST" and node["constisnull"] == "false")


def _first(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    return facts_if(of, node["args"][0], scope, KNOWN) if outcome in _NOT_NULL else NO_FACTS


def _one_of(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    return _any(of, node["args"], scope, outcome) if outcome in _NOT_NULL else NO_FACTS


def _case(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    if outcome not in _NOT_NULL or node["arg"]:
        return NO_FACTS
    results = [
        both(facts_if(of, each["expr"], scope, TRUE), facts_if(of, each["result"], scope, outcome))
        for each in node["args"]
    ]
    return common([*results, facts_if(of, node["defresult"], scope, outcome) if node["defresult"] else None])


def _sublink(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    if outcome is not TRUE or node["subLinkType"] not in (_EXISTS, _ANY):
        return NO_FACTS
    found = facts_if(of, node["testexpr"], scope, TRUE)
    if node["subselect"]["setOperations"]:
        return found
    inner = of.open(node["subselect"], scope, NO_FACTS)
    select = node["subselect"]
    always = select["groupingSets"] or (select["hasAggs"] == "true" and not select["groupClause"])
    return found if always else both(found, frozenset(key for key in inner.facts if key[0] is not inner))


def _field_of(of: Interpreting, node: Node, scope: Scope, outcome: Outcome) -> Found:
    return facts_if(of, node["arg"], scope, KNOWN) if outcome in _NOT_NULL else NO_FACTS


_Rule = Callable[[Interpreting, Node, Scope, Outcome], Found]
_RULES: dict[str, _Rule] = {
    "VAR": _variable,
    "CONST": _constant,
    "OPEXPR": _call,
    "FUNCEXPR": _call,
    "BOOLEXPR": _boolean,
    "NULLTEST": _null_test,
    "BOOLEANTEST": _boolean_test,
    "SCALARARRAYOPEXPR": _array_operator,
    "DISTINCTEXPR": _distinct,
    "NULLIFEXPR": _first,
    "COALESCEEXPR": _one_of,
    "MINMAXEXPR": _one_of,
    "CASEEXPR": _case,
    "SUBLINK": _sublink,
    "FIELDSELECT": _field_of,
    **dict.fromkeys(_TRANSPARENT, _transparent),
}
