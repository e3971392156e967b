"""Queries: where their rows come from, which outer joins may lack them, how many there are at least."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from toolkit.shape import documents
from toolkit.shape.facts import certain
from toolkit.shape.nodetree import Node, text_of
from toolkit.shape.scope import (
    CTE,
    FUNCTION,
    GROUP,
    RELATION,
    SUBQUERY,
    TABLEFUNC,
    VALUES,
    Facts,
    Interpreting,
    Scope,
    extend,
)
from toolkit.shape.values import BIGINT, RECORD, Rows, Value, either

_INNER, _LEFT, _FULL, _RIGHT = "0", "1", "2", "3"
_INTERSECT, _EXCEPT = "2", "3"
_SELECT, _UPDATE, _MERGE = "1", "2", "5"
_MOST_TURNS = 4
_Source = dict[int, tuple[str, Value]]


def open_scope(
    of: Interpreting, query: Node, parent: Scope | None, facts: Facts, parameters: Mapping[int, Value]
) -> Scope:
    """Return the scope of a query with its outer joins and facts; facts: of the queries around it."""
    scope = Scope(query, parent, parameters)
    _walk(of, query["jointree"], scope, ())
    scope.facts = extend(facts, (key for premises, keys in scope.rules if not premises for key in keys))
    if query["groupingSets"]:
        _find_nulled(scope)
    elif query["havingQual"]:
        scope.facts = extend(scope.facts, certain(of, query["havingQual"], scope))
    return scope


def _walk(of: Interpreting, node: Node, scope: Scope, groups: tuple[int, ...]) -> None:
    if node[""] == "RANGETBLREF":
        scope.groups[int(node["rtindex"])] = groups
        return
    if node[""] == "FROMEXPR":
        for each in node["fromlist"]:
            _walk(of, each, scope, groups)
    else:
        groups = _walk_join(of, node, scope, groups)
    if node["quals"]:
        scope.rules.append((scope.there(groups), certain(of, node["quals"], scope)))


def _walk_join(of: Interpreting, node: Node, scope: Scope, groups: tuple[int, ...]) -> tuple[int, ...]:
    """Walk both sides of a join; return the groups under which its condition holds."""
    left, right = node["larg"], node["rarg"]
    kind = node["jointype"]
    inner_left = (*groups, scope.group()) if kind in (_FULL, _RIGHT) else groups
    inner_right = (*groups, scope.group()) if kind in (_FULL, _LEFT) else groups
    _walk(of, left, scope, inner_left)
    _walk(of, right, scope, inner_right)
    if kind == _FULL:
        scope.full.append((inner_left[-1], inner_right[-1]))
    elif kind in (_LEFT, _RIGHT):
        inner, side = (inner_right, right) if kind == _LEFT else (inner_left, left)
        premises = _never_misses(of, node["quals"], side, scope)
        if premises is not None:
            scope.rules.append((scope.there(groups) | premises, scope.there(inner)))
    return tuple(dict.fromkeys(inner_left + inner_right))


def _never_misses(of: Interpreting, quals: Node, side: Node, scope: Scope) -> Facts | None:
    """Return the facts under which the inner side of an outer join always has a row; None for none."""
    if side[""] != "RANGETBLREF":
        return None
    entry = scope.entry(int(side["rtindex"]))
    if not quals or (quals[""] == "CONST" and of.value(quals, scope, scope.facts).values == ("true",)):
        return frozenset() if _entry_has_rows(of, entry, scope) else None
    return _reference(of, quals, int(side["rtindex"]), scope, scope)


def _entry_has_rows(of: Interpreting, entry: Node, scope: Scope) -> bool:
    kind = entry["rtekind"]
    if kind == SUBQUERY:
        return of.some_rows(entry["subquery"], Scope(entry["subquery"], scope, {}), scope.facts)
    if kind == FUNCTION:
        return not _sets_in(entry["functions"])
    if kind == CTE:
        return _cte(of, scope.outer(int(entry["ctelevelsup"])), entry["ctename"]).some
    if kind == RELATION:
        rows = of.relation(int(entry["relid"]))
        return rows is not None and rows.some
    return bool(kind == VALUES)


def _reference(of: Interpreting, quals: Node, target: int, inner: Scope, outer: Scope) -> Facts | None:
    """Return the facts under which a foreign key proves the row that a condition asks for.

    quals: `target.column = source.column` for all columns of a foreign key and nothing else. target: number
    of the referenced table in the scope `inner`; the referencing columns are of `outer`.
    """
    entry = inner.entry(target)
    relation = of.snapshot.relations.get(int(entry["relid"])) if entry["rtekind"] == RELATION else None
    if relation is None or relation.kind not in "rp" or relation.secured or entry["tablesample"]:
        return None
    if relation.kind == "p" and entry["inh"] == "false":
        return None
    pairs: dict[int, tuple[int, int]] = {}
    premises: Facts = frozenset()
    for condition in quals["args"] if quals[""] == "BOOLEXPR" and quals["boolop"] == "and" else [quals]:
        sides = _equated(of, condition, target, 0 if inner is outer else 1)
        if sides is None or not _is_ready(outer.entry(sides[1])):
            return None
        number, source, attribute = sides
        value = of.column(outer, source, attribute, outer.facts)
        if value is None or value.column is None:
            return None
        pairs[number] = value.column
        nullable = outer.sources[source][attribute][1].null
        there = outer.there(outer.groups.get(source, ()))
        premises |= frozenset({(outer, source, attribute)}) if nullable else there
    return premises if _is_foreign_key(of, relation.oid, pairs) else None


def _is_ready(entry: Node) -> bool:
    """Tell whether the columns of a source don't depend on the sources beside it."""
    return bool(
        entry["rtekind"] == RELATION or (entry["rtekind"] == SUBQUERY and entry["lateral"] == "false")
    )


def _equated(of: Interpreting, condition: Node, target: int, level: int) -> tuple[int, int, int] | None:
    """Return (column of the target, source, column of the source) of an equality between the two."""
    if condition[""] != "OPEXPR" or not of.types.is_equality(condition):
        return None
    sides = condition["args"]
    if any(side[""] != "VAR" or int(side["varattno"]) < 1 for side in sides):
        return None
    for one, other in (sides, reversed(sides)):
        is_target = one["varno"] == str(target) and one["varlevelsup"] == "0"
        if is_target and other["varlevelsup"] == str(level) and (level or other["varno"] != one["varno"]):
            return int(one["varattno"]), int(other["varno"]), int(other["varattno"])
    return None


def _is_foreign_key(of: Interpreting, target: int, pairs: Mapping[int, tuple[int, int]]) -> bool:
    return any(
        key.target == target
        and not (of.types.has_children(key.relation) and of.snapshot.relations[key.relation].kind == "r")
        and pairs
        == {
            theirs: (key.relation, ours) for ours, theirs in zip(key.columns, key.target_columns, strict=True)
        }
        for key in of.snapshot.foreign_keys
    )


def _find_nulled(scope: Scope) -> None:
    """Find the grouped expressions that are not in every grouping set."""
    query = scope.query
    common = {ref for part in query["groupingSets"] for ref in _in_all(part)}
    nulled = {each["tleSortGroupRef"] for each in query["groupClause"]} - common
    expressions = [each["expr"] for each in query["targetList"] if each["ressortgroupref"] in nulled]
    for number, entry in enumerate(query["rtable"], 1):
        if entry["rtekind"] == GROUP:
            for place, clause in enumerate(query["groupClause"], 1):
                if clause["tleSortGroupRef"] in nulled:
                    scope.nulled.add((number, place))
            return
    for expression in expressions:
        if expression[""] == "VAR" and expression["varlevelsup"] == "0":
            scope.nulled.add((int(expression["varno"]), int(expression["varattno"])))
        else:
            scope.nulled_expressions.append(expression)


def _in_all(part: Node) -> set[str]:
    """Return what every set of a grouping element has: GROUPINGSET kinds simple (1) and sets (4)."""
    if part["kind"] == "1":
        return set(part["content"])
    if part["kind"] == "4":
        return set.intersection(*(_in_all(each) for each in part["content"]))
    return set()


def some_rows(of: Interpreting, query: Node, scope: Scope, facts: Facts) -> bool:
    """Tell whether a query returns a row whatever the tables hold."""
    if _is_cut(of, query, scope) or query["havingQual"] or query["hasTargetSRFs"] == "true":
        return False
    if query["setOperations"]:
        return _set_has_rows(of, query["setOperations"], scope, facts)
    if query["hasAggs"] == "true" and not query["groupClause"] and not query["groupingSets"]:
        return True
    return bool(query["commandType"] == _SELECT) and _from_has_rows(of, query["jointree"], scope, facts)


def _is_cut(of: Interpreting, query: Node, scope: Scope) -> bool:
    offset, limit = query["limitOffset"], query["limitCount"]
    if offset and of.value(offset, scope, scope.facts).values != ("0",):
        return True
    if not limit:
        return False
    value = of.value(limit, scope, scope.facts)
    return not (value.void or (len(value.values) == 1 and int(value.values[0]) > 0))


def _set_has_rows(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> bool:
    if node[""] == "RANGETBLREF":
        query = scope.entry(int(node["rtindex"]))["subquery"]
        return some_rows(of, query, Scope(query, scope, scope.parameters), facts)
    if node["op"] in (_INTERSECT, _EXCEPT):
        return False
    return any(_set_has_rows(of, side, scope, facts) for side in (node["larg"], node["rarg"]))


def _from_has_rows(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> bool:
    if node[""] == "RANGETBLREF":
        return _entry_has_rows(of, scope.entry(int(node["rtindex"])), scope)
    if node[""] == "JOINEXPR":
        sides = {_LEFT: [node["larg"]], _RIGHT: [node["rarg"]]}.get(node["jointype"])
        if sides is None:
            sides = [node["larg"], node["rarg"]]
            if node["quals"]:
                return False
        return all(_from_has_rows(of, side, scope, facts) for side in sides)
    if node["quals"]:
        return _is_referenced(of, node, scope, facts)
    return all(_from_has_rows(of, each, scope, facts) for each in node["fromlist"])


def _is_referenced(of: Interpreting, node: Node, scope: Scope, facts: Facts) -> bool:
    """Tell whether a foreign key proves the row: `(SELECT … FROM target WHERE target.id = outer.key)`."""
    source = node["fromlist"][0] if len(node["fromlist"]) == 1 else None
    if source is None or source[""] != "RANGETBLREF" or scope.parent is None:
        return False
    premises = _reference(of, node["quals"], int(source["rtindex"]), scope, scope.parent)
    return premises is not None and premises <= facts


def rows_of(of: Interpreting, query: Node, scope: Scope, outside: Facts) -> Rows:
    """Return the columns of a query whose scope is open; outside: the facts before its own conditions."""
    if query["setOperations"]:
        values = _set_rows(of, query["setOperations"], scope)
        names = [text_of(each["resname"]) for each in query["targetList"] if each["resjunk"] == "false"]
        return Rows(tuple(zip(names, values, strict=True)), some_rows(of, query, scope, outside))
    targets = query["targetList"] if query["commandType"] == _SELECT else _returning(query, scope)
    # The rows of the shorter of several sets are filled up with NULL.
    scope.padded = query["hasTargetSRFs"] == "true" and sum(map(_sets_in, targets)) > 1
    columns = [
        (text_of(each["resname"]) if each["resname"] else "", of.value(each["expr"], scope, scope.facts))
        for each in targets
        if each["resjunk"] == "false"
    ]
    return Rows(tuple(columns), some_rows(of, query, scope, outside))


def _returning(query: Node, scope: Scope) -> list[Node]:
    """Return what a command returns; its conditions held before it changed the row."""
    target = int(query["resultRelation"])
    if query["commandType"] == _UPDATE:
        scope.facts = frozenset(key for key in scope.facts if key[:2] != (scope, target))
    elif query["commandType"] == _MERGE:
        scope.facts = frozenset()
        scope.rules.clear()
        missing = (scope.group(),)
        scope.groups = dict.fromkeys(range(1, len(query["rtable"]) + 1), missing)
    targets: list[Node] = query["returningList"]
    return targets


def _sets_in(node: object) -> int:
    if isinstance(node, list):
        return sum(map(_sets_in, node))
    if not isinstance(node, dict):
        return 0
    return (node.get("funcretset") == "true") + sum(map(_sets_in, node.values()))


def _set_rows(of: Interpreting, node: Node, scope: Scope) -> list[Value]:
    if node[""] == "RANGETBLREF":
        subquery = scope.entry(int(node["rtindex"]))["subquery"]
        return [value for _, value in of.query(subquery, scope, scope.facts).columns]
    left = _set_rows(of, node["larg"], scope)
    if node["op"] == _EXCEPT:
        return left
    right = _set_rows(of, node["rarg"], scope)
    if node["op"] == _INTERSECT:
        return [replace(one, null=one.null and other.null) for one, other in zip(left, right, strict=True)]
    return [either(pair) for pair in zip(left, right, strict=True)]


def source_of(of: Interpreting, scope: Scope, number: int) -> _Source:
    """Return the columns of a range table entry by number, as they are where its row is there."""
    entry = scope.entry(number)
    kind = entry["rtekind"]
    names = [text_of(name) for name in entry["eref"]["colnames"]]
    if kind == RELATION:
        rows = of.relation(int(entry["relid"]))
        relation = of.snapshot.relations.get(int(entry["relid"]))
        if rows is None or relation is None:
            return {}
        numbers = [each.number for each in relation.columns]
        columns = rows.columns
        if relation.kind == "v" and number == int(scope.query["resultRelation"]):
            # A trigger or a rule may have written it, and returns what it likes.
            columns = tuple((name, of.types.any_value(value.type, value.typmod)) for name, value in columns)
        return dict(zip(numbers, columns, strict=False))
    if kind == SUBQUERY:
        values: Iterable[Value] = (v for _, v in of.query(entry["subquery"], scope, scope.facts).columns)
    elif kind == CTE:
        values = (
            value for _, value in _cte(of, scope.outer(int(entry["ctelevelsup"])), entry["ctename"]).columns
        )
    elif kind == VALUES:
        lists = [[of.value(each, scope, scope.facts) for each in row] for row in entry["values_lists"]]
        values = [either(column) for column in zip(*lists, strict=True)]
    elif kind == FUNCTION:
        values = _function_values(of, entry, scope)
    elif kind == TABLEFUNC:
        values = _table_function_values(of, entry["tablefunc"])
    else:
        values = []
    return {place: (name, value) for place, (name, value) in enumerate(zip(names, values, strict=False), 1)}


def _function_values(of: Interpreting, entry: Node, scope: Scope) -> Iterator[Value]:
    alone = len(entry["functions"]) == 1
    for each in entry["functions"]:
        if each["funccoltypes"]:
            values = [
                of.types.any_value(int(oid), reason="a column of a record") for oid in each["funccoltypes"]
            ]
        else:
            value = of.value(each["funcexpr"], scope, scope.facts)
            fields = of.types.fields(value)
            if fields is None:
                values = [] if value.type == RECORD else [value]
            else:
                values = [replace(field, null=field.null or value.null) for _, field in fields]
        for value in values:
            yield value if alone else replace(value, null=True)
    if entry["funcordinality"] == "true":
        yield Value(BIGINT, null=False)


def _table_function_values(of: Interpreting, function: Node) -> Iterator[Value]:
    for number, (oid, typmod) in enumerate(zip(function["coltypes"], function["coltypmods"], strict=True)):
        ordinal = str(number) == function["ordinalitycol"]
        yield of.types.any_value(
            int(oid), int(typmod), null=not ordinal, reason="a column of a table function"
        )


def _cte(of: Interpreting, scope: Scope, name: str) -> Rows:
    if name in scope.ctes:
        return scope.ctes[name]
    entry = next(each for each in scope.query["cteList"] if each["ctename"] == name)
    if entry["cterecursive"] == "true":
        return _recursive(of, scope, name, entry["ctequery"])
    scope.ctes[name] = of.query(entry["ctequery"], scope, scope.facts)
    return scope.ctes[name]


def _recursive(of: Interpreting, scope: Scope, name: str, query: Node) -> Rows:
    """Go round until the columns do not change any more; what goes on changing is not known."""
    inner = of.open(query, scope, scope.facts)
    values = _set_rows(of, query["setOperations"]["larg"], inner)
    turn = 0
    while True:
        scope.ctes[name] = Rows(tuple(("", value) for value in values))
        found = [value for _, value in of.query(query, scope, scope.facts).columns]
        if turn:
            found = [_widened(of, *pair, most=turn > _MOST_TURNS) for pair in zip(values, found, strict=True)]
        if found == values:
            return scope.ctes[name]
        values, turn = found, turn + 1


def _widened(of: Interpreting, before: Value, after: Value, *, most: bool) -> Value:
    """Make arrays of any length of those that grow; give up what changes in the end."""
    if after == before:
        return after
    if most:
        reason = "a document that a recursive query goes on building"
        return of.types.any_value(after.type, null=after.null, reason=reason)
    return after if after.shape is None else replace(after, shape=documents.loosened(after.shape))
