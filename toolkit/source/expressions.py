"""The parser's tree of an expression, read into the values of `toolkit.source.queries`."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final

from pglast.keywords import COL_NAME_KEYWORDS, RESERVED_KEYWORDS, TYPE_FUNC_NAME_KEYWORDS

from toolkit.source.queries import Expression, QualifiedName, Query, Use, Uses
from toolkit.source.types import strings, type_text

Node = dict[str, Any]

_CONSTRUCTORS: Final = frozenset({
    "json_build_object", "jsonb_build_object", "json_build_array", "jsonb_build_array", "row_to_json",
    "to_json", "to_jsonb", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "json_object",
    "jsonb_object",
})  # fmt: skip
_PLAIN_CALL: Final = {"funcname", "args", "funcformat", "location"}
_SUBQUERIES: Final = {
    "EXISTS_SUBLINK": "exists",
    "ALL_SUBLINK": "all",
    "ANY_SUBLINK": "any",
    "EXPR_SUBLINK": "expr",
    "MULTIEXPR_SUBLINK": "multiexpr",
    "ARRAY_SUBLINK": "array",
}
_NONE: Final[frozenset[str]] = frozenset()
_SIMPLE: Final = re.compile(
    r"""\s*(?:
      (?P<name>[a-z_][a-z0-9_]{0,62}) (?:\.(?P<field>[a-z_][a-z0-9_]{0,62}))?
    | (?P<text>'[^'\\]*')
    | (?P<number>[0-9]{1,9})
    )\s*""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_NO_COLUMNS: Final = COL_NAME_KEYWORDS | RESERVED_KEYWORDS | TYPE_FUNC_NAME_KEYWORDS


def read_simple(sql: str) -> Expression | None:
    """Return a column, a string or a number, with its offset in the text; None for all else.

    What a reader makes of the parser's tree is the same; half of the expressions in bodies are no more.
    """
    match = _SIMPLE.fullmatch(sql)
    if match is None:
        return None
    kind = match.lastgroup
    if kind == "number":
        return Expression(match.start(kind), "constant", str(int(match[kind])), "integer")
    if kind == "text":
        return Expression(match.start(kind), "constant", match[kind][1:-1], "text")
    name, field = match["name"].lower(), (match["field"] or "").lower()
    if name in _NO_COLUMNS:
        return None
    return Expression(match.start("name"), "column", field or name, name if field else "")


class ExpressionReader(ABC):
    """Reads the expressions of one piece of SQL and keeps what they mention.

    place: the offset in the file of a location of the parser, which counts UTF-8 bytes in the piece.
    schema: that of names without one. start: where the piece starts. constructors: the calls that build JSON.
    """

    def __init__(self, schema: str, place: Callable[[int], int], start: int = 0) -> None:
        """Start with nothing read."""
        self.schema = schema
        self.place = place
        self.begin(start)

    def begin(self, start: int) -> None:
        """Begin with the piece that starts here: nothing of it has been read."""
        self.start = start
        self.reads: list[Use] = []
        self.writes: list[Use] = []
        self.calls: list[Use] = []
        self.refreshes: list[Use] = []
        self.constructors: list[Expression] = []

    def uses(self) -> Uses:
        """Return what has been mentioned so far."""
        return Uses(tuple(self.reads), tuple(self.writes), tuple(self.calls), tuple(self.refreshes))

    def at(self, node: Node) -> int:
        """Return the offset in the file of a node; what the grammar has added stands nowhere."""
        location = node.get("location", 0)
        return self.place(location) if location >= 0 else self.start

    def relation(self, node: Node) -> QualifiedName:
        """Return the name of a RangeVar."""
        return QualifiedName(node.get("schemaname", self.schema), node["relname"])

    def named(self, items: list[Node]) -> QualifiedName:
        """Return the name that a list of strings gives."""
        *qualifiers, name = strings(items) or [""]
        return QualifiedName(qualifiers[-1] if qualifiers else self.schema, name)

    @abstractmethod
    def query(self, node: Node) -> Query:
        """Return the query of a SelectStmt."""

    def expression(self, wrapped: Node) -> Expression:
        """Return a value expression: `wrapped` is a node under its tag."""
        ((tag, node),) = wrapped.items()
        read = self._readers.get(tag)
        if read is not None:
            return read(self, node)
        return self._other(node)

    def expressions(self, items: list[Node] | None) -> tuple[Expression, ...]:
        """Return the expressions of a list."""
        return tuple([self.expression(item) for item in items or () if item])

    def _other(self, node: Node) -> Expression:
        """Read a kind of node that rules need not tell apart, for what it mentions."""
        args = tuple(self._parts(node))
        if node.get("location", -1) >= 0:
            return Expression(self.place(node["location"]), "other", args=args)
        return Expression(args[0].start if args else self.start, "other", args=args)

    def _parts(self, node: Node) -> Iterator[Expression]:
        for key, value in node.items():
            if key in ("typeName", "indirection"):
                continue
            for item in value if isinstance(value, list) else (value,):
                if not isinstance(item, dict):
                    continue
                tag = next(iter(item), "")
                if tag in self._readers or (len(item) == 1 and tag[:1].isupper()):
                    if isinstance(item[tag], dict) and tag not in ("String", "TypeName"):
                        yield self.expression(item)
                else:
                    yield from self._parts(item)

    def _query(self, node: Node) -> Expression:
        query = self.query(node)
        return Expression(query.start, "subquery", "expr", query=query)

    def _column(self, node: Node) -> Expression:
        fields = node["fields"]
        last = fields[-1]
        before = fields[-2]["String"].get("sval", "") if len(fields) > 1 else ""
        place = self.at(node)  # nowhere in TABLE tb_a
        if "A_Star" in last:
            return Expression(place, "star", "*", before)
        return Expression(place, "column", last["String"].get("sval", ""), before)

    def _constant(self, node: Node) -> Expression:
        place = self.place(node.get("location", 0))
        if "sval" in node:
            return Expression(place, "constant", node["sval"].get("sval", ""), "text")
        if "ival" in node:
            return Expression(place, "constant", str(node["ival"].get("ival", 0)), "integer")
        if "fval" in node:
            return Expression(place, "constant", node["fval"].get("fval", "0"), "float")
        if "boolval" in node:
            return Expression(
                place, "constant", "true" if node["boolval"].get("boolval") else "false", "boolean"
            )
        if "bsval" in node:
            return Expression(place, "constant", node["bsval"].get("bsval", ""), "bit")
        return Expression(place, "constant", "", "null")

    def _call(self, node: Node) -> Expression:
        names = node["funcname"]
        name = names[-1]["String"].get("sval", "")
        schema = names[-2]["String"].get("sval", "") if len(names) > 1 else ""
        place = self.place(node.get("location", 0))
        args = self.expressions(node.get("args"))
        flags: set[str] = set()
        also: tuple[Expression, ...] = ()
        if not node.keys() <= _PLAIN_CALL:
            for key, flag in (
                ("agg_star", "star"),
                ("agg_distinct", "distinct"),
                ("func_variadic", "variadic"),
            ):
                if node.get(key):
                    flags.add(flag)
            if "agg_filter" in node:
                flags.add("filter")
                also += (self.expression(node["agg_filter"]),)
            if "agg_order" in node:
                also += self._sorted(node["agg_order"])
            if "over" in node:
                flags.add("over")
                also += self._window(node["over"])
        call = Expression(place, "call", name, schema, args, also, flags=frozenset(flags) if flags else _NONE)
        self.calls.append(Use(place, QualifiedName(schema or self.schema, name), len(args)))
        if name in _CONSTRUCTORS and schema in ("", "pg_catalog"):
            self.constructors.append(call)
        return call

    def _sorted(self, items: list[Node] | None) -> tuple[Expression, ...]:
        return tuple([self.expression(item["SortBy"]["node"]) for item in items or ()])

    def _window(self, node: Node) -> tuple[Expression, ...]:
        return (
            *self.expressions(node.get("partitionClause")),
            *self._sorted(node.get("orderClause")),
            *self.expressions([node[key] for key in ("startOffset", "endOffset") if key in node]),
        )

    def _operator(self, node: Node) -> Expression:
        name = strings(node["name"])[-1]
        kind = node["kind"]
        if kind in ("AEXPR_OP_ANY", "AEXPR_OP_ALL"):
            name += " any" if kind == "AEXPR_OP_ANY" else " all"
        elif kind == "AEXPR_NULLIF":
            name = "nullif"
        elif kind != "AEXPR_OP":
            name = kind.removeprefix("AEXPR_").replace("_", " ").lower()
        sides = [
            self.expressions(side["List"]["items"]) if "List" in side else (self.expression(side),)
            for key in ("lexpr", "rexpr")
            if (side := node.get(key))
        ]
        return Expression(
            self.place(node.get("location", 0)),
            "operator",
            name,
            args=tuple(a for side in sides for a in side),
        )

    def _boolean(self, node: Node) -> Expression:
        name = node["boolop"].removesuffix("_EXPR").lower()
        return Expression(
            self.place(node.get("location", 0)), "boolean", name, args=self.expressions(node["args"])
        )

    def _cast(self, node: Node) -> Expression:
        inner = self.expression(node["arg"])
        return Expression(inner.start, "cast", type_text(node["typeName"], self.schema), args=(inner,))

    def _coalesce(self, node: Node) -> Expression:
        return Expression(
            self.place(node.get("location", 0)), "coalesce", args=self.expressions(node["args"])
        )

    def _case(self, node: Node) -> Expression:
        branches = [item["CaseWhen"] for item in node["args"]]
        results = [branch["result"] for branch in branches]
        conditions = [branch["expr"] for branch in branches]
        if "defresult" in node:
            results.append(node["defresult"])
        if "arg" in node:
            conditions.append(node["arg"])
        return Expression(
            self.place(node.get("location", 0)),
            "case",
            "else" if "defresult" in node else "",
            args=self.expressions(results),
            also=self.expressions(conditions),
        )

    def _subquery(self, node: Node) -> Expression:
        test = self.expressions([node["testexpr"]] if "testexpr" in node else None)
        return Expression(
            self.place(node.get("location", 0)),
            "subquery",
            _SUBQUERIES.get(node["subLinkType"], "expr"),
            args=test,
            query=self.query(node["subselect"]["SelectStmt"]),
        )

    def _null_test(self, node: Node) -> Expression:
        name = "is null" if node["nulltesttype"] == "IS_NULL" else "is not null"
        return Expression(
            self.place(node.get("location", 0)), "operator", name, args=(self.expression(node["arg"]),)
        )

    def _array(self, node: Node) -> Expression:
        return Expression(
            self.place(node.get("location", 0)), "array", args=self.expressions(node.get("elements"))
        )

    def _row(self, node: Node) -> Expression:
        return Expression(self.place(node.get("location", 0)), "row", args=self.expressions(node.get("args")))

    def _parameter(self, node: Node) -> Expression:
        return Expression(self.place(node.get("location", 0)), "parameter", str(node.get("number", 0)))

    _readers: ClassVar[dict[str, Callable[[Any, Node], Expression]]] = {
        "ColumnRef": _column,
        "A_Const": _constant,
        "FuncCall": _call,
        "A_Expr": _operator,
        "BoolExpr": _boolean,
        "TypeCast": _cast,
        "CoalesceExpr": _coalesce,
        "CaseExpr": _case,
        "SubLink": _subquery,
        "NullTest": _null_test,
        "A_ArrayExpr": _array,
        "RowExpr": _row,
        "ParamRef": _parameter,
        "SelectStmt": _query,
    }
