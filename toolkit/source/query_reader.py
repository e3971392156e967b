"""The parser's tree of queries and writes, read into the values of `toolkit.source.queries`.

One pass makes the values and notes on the way what is read, written, called and refreshed.
"""

from collections.abc import Callable
from typing import Final

from toolkit.source.expressions import ExpressionReader, Node
from toolkit.source.queries import CommonTable, Expression, Output, Query, Source, Use, Write
from toolkit.source.types import strings

_LOCKS: Final = {
    "LCS_FORKEYSHARE": "key share",
    "LCS_FORSHARE": "share",
    "LCS_FORNOKEYUPDATE": "no key update",
    "LCS_FORUPDATE": "update",
}
_UNCONDITIONAL: Final = {"withClause", "targetList", "fromClause", "valuesLists", "limitOption", "op"}
_OPTIONAL_LEFT: Final = frozenset({"JOIN_RIGHT", "JOIN_FULL"})
_OPTIONAL_RIGHT: Final = frozenset({"JOIN_LEFT", "JOIN_FULL"})
# How PostgreSQL names an output that is no column, call or cast of one (FigureColname).
_NAMES: Final = {
    "CoalesceExpr": "coalesce",
    "CaseExpr": "case",
    "A_ArrayExpr": "array",
    "RowExpr": "row",
    "GroupingFunc": "grouping",
    "JsonObjectConstructor": "json_object",
    "JsonArrayConstructor": "json_array",
    "JsonObjectAgg": "json_objectagg",
    "JsonArrayAgg": "json_arrayagg",
}


class Reader(ExpressionReader):
    """Reads the queries of one piece of SQL and keeps what they mention."""

    def __init__(self, schema: str, place: Callable[[int], int], start: int = 0) -> None:
        """Start with nothing read; see ExpressionReader."""
        super().__init__(schema, place, start)
        self._common: frozenset[str] = frozenset()  # the names that WITH made and that are in sight

    def statement(self, wrapped: Node) -> Query | Write:
        """Return a SELECT, INSERT, UPDATE, DELETE or MERGE under its tag."""
        ((tag, node),) = wrapped.items()
        return self.query(node) if tag == "SelectStmt" else self.write(tag, node)

    def query(self, node: Node) -> Query:
        """Return the query of a SelectStmt."""
        sight = self._common
        common = self._with(node)
        joined: list[Expression] = []
        branches: tuple[Query, ...] = ()
        rows: tuple[tuple[Expression, ...], ...] = ()
        if "larg" in node:
            branches = (self.query(node["larg"]), self.query(node["rarg"]))
        sources = self._sources(node["fromClause"], joined) if "fromClause" in node else ()
        outputs = self._outputs(node["targetList"]) if "targetList" in node else ()
        if "valuesLists" in node:
            rows = tuple([self.expressions(row["List"]["items"]) for row in node["valuesLists"]])
        conditions = () if node.keys() <= _UNCONDITIONAL else self._conditions(node)
        locks = ""
        for clause in node.get("lockingClause", ()):
            locks = _LOCKS.get(clause["LockingClause"]["strength"], "update")
        self._common = sight
        return Query(
            self._first(outputs, sources, branches, rows[0] if rows else ()),
            outputs,
            sources,
            common,
            branches,
            rows,
            (*joined, *conditions) if joined else conditions,
            locks,
            "whereClause" in node,
            self.relation(node["intoClause"]["rel"]) if "intoClause" in node else None,
            "groupClause" in node,
        )

    def write(self, tag: str, node: Node) -> Write:
        """Return an InsertStmt, UpdateStmt, DeleteStmt or MergeStmt."""
        sight = self._common
        common = self._with(node)
        place = self.at(node["relation"])
        table = self.relation(node["relation"])
        self.writes.append(Use(place, table))
        joined: list[Expression] = []
        items = [*node.get("fromClause", ()), *node.get("usingClause", ())]
        if "sourceRelation" in node:
            items.append(node["sourceRelation"])
        sources = self._sources(items, joined)
        query = self.query(node["selectStmt"]["SelectStmt"]) if "selectStmt" in node else None
        assignments = self._assignments(node.get("targetList")) if tag == "UpdateStmt" else ()
        inserted: tuple[tuple[str, Expression], ...] = ()
        clause = node.get("onConflictClause", {})
        if clause:
            assignments = self._assignments(clause.get("targetList"))
            joined += self._conditions(clause)
        for when in node.get("mergeWhenClauses", ()):
            action = when["MergeWhenClause"]
            joined += self.expressions([action["condition"]] if "condition" in action else None)
            targets = action.get("targetList", ())
            if action.get("commandType") == "CMD_INSERT":
                names = [target["ResTarget"]["name"] for target in targets]
                inserted += tuple(zip(names, self.expressions(action.get("values")), strict=False))
            else:
                assignments += self._assignments(targets)
        if "joinCondition" in node:
            joined.append(self.expression(node["joinCondition"]))
        result = Write(
            place,
            tag.removesuffix("Stmt").lower(),
            table,
            node["relation"].get("alias", {}).get("aliasname", ""),
            tuple([item["ResTarget"]["name"] for item in node.get("cols", ())]),
            query,
            assignments,
            inserted,
            {"ONCONFLICT_UPDATE": "update", "ONCONFLICT_NOTHING": "nothing"}.get(clause.get("action"), ""),
            sources,
            common,
            (*joined, *self._conditions(node)),
            "whereClause" in node,
            self._outputs(_returning(node)),
        )
        self._common = sight
        return result

    def _first(self, *groups: tuple[Output | Source | Query | Expression, ...]) -> int:
        """Return where the first of some values stands: the parser gives a query no location."""
        starts = [group[0].start for group in groups if group]
        return min(starts) if starts else self.start

    def _assignments(self, targets: list[Node] | None) -> tuple[tuple[str, Expression], ...]:
        """Return the (column, value) pairs of SET; each column of a row gets the whole row."""
        found: list[tuple[str, Expression]] = []
        for item in targets or ():
            target = item["ResTarget"]
            value = target["val"]
            if "MultiAssignRef" in value:
                if value["MultiAssignRef"]["colno"] > 1:
                    found.append((target["name"], found[-1][1]))
                    continue
                value = value["MultiAssignRef"]["source"]
            found.append((target["name"], self.expression(value)))
        return tuple(found)

    def _with(self, node: Node) -> tuple[CommonTable, ...]:
        if "withClause" not in node:
            return ()
        clause = node["withClause"]
        queries = [item["CommonTableExpr"] for item in clause["ctes"]]
        recursive = bool(clause.get("recursive"))
        if recursive:
            self._common |= {query["ctename"] for query in queries}
        found = []
        for query in queries:
            read = self.statement(query["ctequery"])
            columns = tuple(strings(query.get("aliascolnames", [])))
            found.append(CommonTable(self.at(query), query["ctename"], columns, read, recursive))
            self._common |= {query["ctename"]}
        return tuple(found)

    def _outputs(self, targets: list[Node] | None) -> tuple[Output, ...]:
        found = []
        for item in targets or ():
            target = item["ResTarget"]
            value = target["val"]
            expression = self.expression(value)
            name = target.get("name") or _figure(value)
            found.append(Output(self.at(target), name, expression))
        return tuple(found)

    def _conditions(self, node: Node) -> tuple[Expression, ...]:
        found = [
            node[key] for key in ("whereClause", "havingClause", "limitCount", "limitOffset") if key in node
        ]
        found += (*node.get("groupClause", ()), *node.get("distinctClause", ()))
        found += [item["SortBy"]["node"] for item in node.get("sortClause", ())]
        windows = [self._window(item["WindowDef"]) for item in node.get("windowClause", ())]
        return (*self.expressions(found), *(part for window in windows for part in window))

    def _sources(self, items: list[Node] | None, joined: list[Expression]) -> tuple[Source, ...]:
        found: list[Source] = []
        for item in items or ():
            self._source(item, joined, found, optional=False)
        return tuple(found)

    def _source(self, item: Node, joined: list[Expression], found: list[Source], *, optional: bool) -> None:
        ((tag, node),) = item.items()
        if tag == "JoinExpr":
            kind = node["jointype"]
            self._source(node["larg"], joined, found, optional=optional or kind in _OPTIONAL_LEFT)
            self._source(node["rarg"], joined, found, optional=optional or kind in _OPTIONAL_RIGHT)
            if "quals" in node:
                joined.append(self.expression(node["quals"]))
            elif "usingClause" in node or node.get("isNatural"):
                names = ", ".join(strings(node.get("usingClause", [])))
                joined.append(Expression(self.start, "using", names))
            return
        alias = node.get("alias", {})
        name = alias.get("aliasname", "")
        columns = tuple(strings(alias.get("colnames", [])))
        if tag == "RangeVar":
            place = self.at(node)
            common = ""
            relation = None
            if node["relname"] in self._common and "schemaname" not in node:
                common = node["relname"]
            else:
                relation = self.relation(node)
                self.reads.append(Use(place, relation))
            found.append(
                Source(place, relation, common, None, (), name or node["relname"], columns, optional)
            )
        elif tag == "RangeSubselect":
            query = self.query(node["subquery"]["SelectStmt"])
            found.append(Source(query.start, None, "", query, (), name, columns, optional))
        elif tag == "RangeFunction":
            calls = self.expressions([f["List"]["items"][0] for f in node["functions"]])
            if not name and calls[0].kind == "call":
                name = calls[0].name
            found.append(Source(calls[0].start, None, "", None, calls, name, columns, optional))
        elif tag == "RangeTableSample":
            joined += self.expressions(node.get("args"))
            self._source(node["relation"], joined, found, optional=optional)
        else:  # XMLTABLE, JSON_TABLE
            other = self._other(node)
            found.append(Source(other.start, None, "", None, (other,), name, columns, optional))


def _returning(node: Node) -> list[Node] | None:
    """Return the list of RETURNING, which PostgreSQL 18 wraps in a clause."""
    return node.get("returningClause", {}).get("exprs") or node.get("returningList")


def _figure(wrapped: Node) -> str:
    """Return the name that PostgreSQL gives to an output without AS (FigureColnameInternal)."""
    ((tag, node),) = wrapped.items()
    name = _NAMES.get(tag, "?column?")
    if tag == "ColumnRef":
        name = node["fields"][-1].get("String", {}).get("sval", "*")
    elif tag == "FuncCall":
        name = strings(node["funcname"])[-1]
    elif tag == "TypeCast":
        name = _figure(node["arg"])
        if name == "?column?":
            name = strings(node["typeName"]["names"])[-1]
    elif tag == "A_Expr" and node["kind"] == "AEXPR_NULLIF":
        name = "nullif"
    elif tag == "A_Indirection":
        fields = strings(node["indirection"])
        name = fields[-1] if fields else _figure(node["arg"])
    elif tag == "SubLink":
        name = _figure_subquery(node)
    elif tag == "CaseExpr" and "defresult" in node:
        inner = _figure(node["defresult"])
        name = inner if inner != "?column?" else name
    return name


def _figure_subquery(node: Node) -> str:
    if node["subLinkType"] == "EXISTS_SUBLINK":
        return "exists"
    if node["subLinkType"] == "ARRAY_SUBLINK":
        return "array"
    select = node["subselect"]["SelectStmt"]
    while "larg" in select:
        select = select["larg"]
    if node["subLinkType"] != "EXPR_SUBLINK" or not select.get("targetList"):
        return "?column?"
    target = select["targetList"][0]["ResTarget"]
    return str(target.get("name") or _figure(target["val"]))
