"""Statements that define objects, read from the parser's tree into the values of `toolkit.source.facts`."""

from collections.abc import Callable, Iterator
from typing import Final

from toolkit.source.expressions import Node
from toolkit.source.facts import (
    Body,
    Column,
    Constraint,
    Declared,
    Fact,
    Index,
    Parameter,
    Routine,
    Step,
    Table,
    Trigger,
    View,
)
from toolkit.source.queries import Expression, QualifiedName, Query
from toolkit.source.query_reader import Reader
from toolkit.source.types import strings, type_text, without_modifiers

_CONSTRAINTS: Final = {
    "CONSTR_PRIMARY": "primary key",
    "CONSTR_FOREIGN": "foreign key",
    "CONSTR_UNIQUE": "unique",
    "CONSTR_CHECK": "check",
    "CONSTR_EXCLUSION": "exclusion",
    "CONSTR_NOTNULL": "not null",
}
_SERIALS: Final = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})
_MODES: Final = {
    "FUNC_PARAM_OUT": "out",
    "FUNC_PARAM_INOUT": "inout",
    "FUNC_PARAM_VARIADIC": "variadic",
    "FUNC_PARAM_TABLE": "table",
}
_EVENTS: Final = ((4, "insert"), (8, "delete"), (16, "update"), (32, "truncate"))  # TRIGGER_TYPE_*
_BEFORE, _INSTEAD = 2, 64
_NOWHERE: Final = QualifiedName("", "")


def read_column(node: Node, table: QualifiedName, reader: Reader, *, added: bool = False) -> list[Fact]:
    """Return a ColumnDef as a Column, and the constraints in it."""
    place = reader.at(node)
    name = node["colname"]
    type_ = type_text(node.get("typeName", {}), reader.schema)
    not_null = type_ in _SERIALS
    default: Expression | None = None
    identity, generated = False, ""
    constraints: list[Fact] = []
    for item in node.get("constraints", ()):
        part = item["Constraint"]
        kind = part["contype"]
        if kind == "CONSTR_DEFAULT":
            default = reader.expression(part["raw_expr"])
        elif kind == "CONSTR_IDENTITY":
            identity = not_null = True
        elif kind == "CONSTR_GENERATED":
            generated = "virtual" if part.get("generated_kind") == "v" else "stored"
            default = reader.expression(part["raw_expr"])
        elif kind in _CONSTRAINTS:
            not_null = not_null or kind in ("CONSTR_NOTNULL", "CONSTR_PRIMARY")
            constraints.append(read_constraint(part, table, reader, column=name, added=added))
    column = Column(place, table, name, type_, not_null, default, identity, generated, added)
    return [column, *constraints]


def read_constraint(
    node: Node, table: QualifiedName, reader: Reader, *, column: str = "", added: bool = False
) -> Constraint:
    """Return a Constraint node; column: in whose definition it stands."""
    kind = _CONSTRAINTS[node["contype"]]
    columns = strings(node.get("keys", []) + node.get("fk_attrs", []))
    for item in node.get("exclusions", ()):
        element = item["List"]["items"][0]["IndexElem"]
        columns.append(element.get("name", ""))
        reader.expressions([element["expr"]] if "expr" in element else None)
    expression = None
    if kind == "check":
        expression = reader.expression(node["raw_expr"])
        columns = sorted(set(_columns(expression)))
    return Constraint(
        reader.at(node),
        table,
        kind,
        node.get("conname", ""),
        tuple(columns) or ((column,) if column else ()),
        reader.relation(node["pktable"]) if "pktable" in node else None,
        tuple(strings(node.get("pk_attrs", []))),
        expression,
        not node.get("skip_validation"),
        node.get("indexname", ""),
        added,
        bool(column),
    )


def _columns(expression: Expression) -> Iterator[str]:
    if expression.kind == "column":
        yield expression.name
    for part in (*expression.args, *expression.also):
        yield from _columns(part)


def _table(node: Node, reader: Reader) -> list[Fact]:
    base = node.get("base", node)
    relation = base["relation"]
    name = reader.relation(relation)
    parts: list[Fact] = []
    elements = base.get("tableElts", ())
    for item in elements:
        ((tag, part),) = item.items()
        if tag == "ColumnDef":
            parts += read_column(part, name, reader)
        elif tag == "Constraint" and part["contype"] in _CONSTRAINTS:
            parts.append(read_constraint(part, name, reader))
    columns = tuple(part for part in parts if isinstance(part, Column))
    constraints = tuple(part for part in parts if isinstance(part, Constraint))
    parents = tuple(reader.relation(item["RangeVar"]) for item in base.get("inhRelations", ()))
    partition = "partbound" in base
    table = Table(
        reader.at(relation),
        name,
        columns,
        constraints,
        _is_temporary(relation),
        relation.get("relpersistence") == "u",
        "base" in node,
        parents[0] if partition and parents else None,
        "partspec" in base,
        () if partition else parents,
        None,
        bool(base.get("if_not_exists")),
    )
    copied = [item["TableLikeClause"]["relation"] for item in elements if "TableLikeClause" in item]
    like = tuple(reader.relation(relation) for relation in copied)
    return [table._replace(uses=reader.uses(), like=like), *parts]


def _is_temporary(relation: Node) -> bool:
    return relation.get("relpersistence") == "t" or relation.get("schemaname") == "pg_temp"


def _view(node: Node, reader: Reader) -> list[Fact]:
    relation = node["view"]
    query = reader.query(node["query"]["SelectStmt"])
    return [
        View(
            reader.at(relation),
            reader.relation(relation),
            query,
            tuple(strings(node.get("aliases", []))),
            temporary=_is_temporary(relation),
            replace=bool(node.get("replace")),
            options=tuple(item["DefElem"]["defname"] for item in node.get("options", ())),
            uses=reader.uses(),
        )
    ]


def _table_as(node: Node, reader: Reader) -> list[Fact]:
    into = node["into"]
    relation = into["rel"]
    select = node["query"].get("SelectStmt")  # else EXECUTE of a prepared statement
    query = reader.query(select) if select else None
    place, name = reader.at(relation), reader.relation(relation)
    if node.get("objtype") == "OBJECT_MATVIEW":
        return [
            View(
                place,
                name,
                query or Query(place, ()),
                tuple(strings(into.get("colNames", []))),
                materialized=True,
                populated=not into.get("skipData"),
                uses=reader.uses(),
            )
        ]
    exists = bool(node.get("if_not_exists"))
    return [
        Table(
            place,
            name,
            (),
            (),
            _is_temporary(relation),
            query=query,
            if_not_exists=exists,
            uses=reader.uses(),
        )
    ]


def _index(node: Node, reader: Reader) -> list[Fact]:
    elements = [item["IndexElem"] for item in node.get("indexParams", ())]
    reader.expressions([element["expr"] for element in elements if "expr" in element])
    reader.expressions([node["whereClause"]] if "whereClause" in node else None)
    return [
        Index(
            reader.at(node["relation"]),
            node.get("idxname", ""),
            reader.relation(node["relation"]),
            tuple(element.get("name", "") for element in elements),
            bool(node.get("unique")),
            bool(node.get("concurrent")),
            "whereClause" in node,
            node.get("accessMethod", "btree"),
            bool(node.get("if_not_exists")),
            tuple(item["IndexElem"]["name"] for item in node.get("indexIncludingParams", ())),
            not node["relation"].get("inh"),
        )
    ]


def _trigger(node: Node, reader: Reader) -> list[Fact]:
    timing = node.get("timing", 0)
    events = node.get("events", 0)
    reader.expressions([node["whenClause"]] if "whenClause" in node else None)
    return [
        Trigger(
            reader.at(node["relation"]),
            node["trigname"],
            reader.relation(node["relation"]),
            reader.named(node["funcname"]),
            bool(node.get("row")),
            "before" if timing & _BEFORE else "instead of" if timing & _INSTEAD else "after",
            tuple(word for bit, word in _EVENTS if events & bit),
        )
    ]


def read_parameters(items: list[Node], reader: Reader) -> tuple[Parameter, ...]:
    """Return a list of FunctionParameter nodes."""
    found = []
    for item in items:
        node = item["FunctionParameter"]
        found.append(
            Parameter(
                reader.at(node) if "location" in node else reader.at(node["argType"]),
                node.get("name", ""),
                type_text(node["argType"], reader.schema),
                _MODES.get(node.get("mode", ""), "in"),
                "defexpr" in node,
            )
        )
        reader.expressions([node["defexpr"]] if "defexpr" in node else None)
    return tuple(found)


def _routine(node: Node, reader: Reader) -> list[Fact]:
    """Return a function or procedure; the body of one in SQL's own syntax is in the tree already."""
    options = {item["DefElem"]["defname"]: item["DefElem"] for item in node.get("options", ())}
    settings = tuple(
        read_setting(item["DefElem"]["arg"]["VariableSetStmt"])
        for item in node.get("options", ())
        if item["DefElem"]["defname"] == "set"
    )
    name = reader.named(node["funcname"])
    parameters = read_parameters(node.get("parameters", []), reader)
    types = (without_modifiers(part.type) for part in parameters if part.mode not in ("out", "table"))
    returned = node.get("returnType", {})
    steps: list[Step] = []
    if "sql_body" in node:
        _atomic(node["sql_body"], reader, steps)
    language = "sql" if "sql_body" in node else _text(options.get("language"))
    return [
        Routine(
            reader.start,
            name,
            f"{name}({', '.join(types)})",
            "procedure" if node.get("is_procedure") else "function",
            parameters,
            type_text(returned, reader.schema) if returned else "",
            bool(returned.get("setof")) or any(part.mode == "table" for part in parameters),
            language.lower(),
            _text(options.get("volatility")) or "volatile",
            bool(options.get("security", {}).get("arg", {}).get("Boolean", {}).get("boolval")),
            settings,
            Body(steps[0].start, "sql", (), tuple(steps)) if steps else None,
            bool(node.get("replace")),
            reader.uses(),
            tuple((key, reader.at(option)) for key, option in options.items()),
        )
    ]


def _atomic(wrapped: Node, reader: Reader, steps: list[Step]) -> None:
    """Append the statements of BEGIN ATOMIC or of RETURN, which the parser nests in lists."""
    ((tag, node),) = wrapped.items()
    if tag == "List":
        for item in node["items"]:
            if item:
                _atomic(item, reader, steps)
    elif tag == "ReturnStmt":
        value = reader.expression(node["returnval"])
        steps.append(Step(value.start, "return", (value,)))
    else:
        fact = reader.statement(wrapped)
        steps.append(Step(fact.start, "sql", (fact,)))


def _text(option: Node | None) -> str:
    text: str = option["arg"].get("String", {}).get("sval", "") if option else ""
    return text


def read_setting(node: Node) -> tuple[str, str]:
    """Return the name and value of a VariableSetStmt; the value of FROM CURRENT is "current"."""
    if node.get("kind") == "VAR_SET_CURRENT":
        return node["name"], "current"
    values = []
    for item in node.get("args", ()):
        constant = item.get("A_Const", item.get("TypeCast", {}).get("arg", {}).get("A_Const", {}))
        kinds = {"sval": "", "ival": 0, "fval": "0", "boolval": False}
        values += [str(constant[kind].get(kind, zero)) for kind, zero in kinds.items() if kind in constant]
    return node.get("name", ""), ", ".join(values)


def _typed(kind: str, key: str) -> Callable[[Node, Reader], list[Fact]]:
    def read(node: Node, reader: Reader) -> list[Fact]:
        labels = tuple(strings(node.get("vals", [])))
        return [Declared(reader.start, kind, reader.named(node[key]), labels)]

    return read


def _composite(node: Node, reader: Reader) -> list[Fact]:
    columns = tuple(item["ColumnDef"]["colname"] for item in node.get("coldeflist", ()))
    return [
        Declared(reader.at(node["typevar"]), "composite type", reader.relation(node["typevar"]), (), columns)
    ]


def _domain(node: Node, reader: Reader) -> list[Fact]:
    name = reader.named(node["domainname"])
    declared = Declared(reader.start, "domain", name)
    parts = [item["Constraint"] for item in node.get("constraints", ())]
    constraints = [
        read_constraint(part, name, reader, column="VALUE")._replace(on_domain=True)
        for part in parts
        if part["contype"] == "CONSTR_CHECK"
    ]
    return [declared, *constraints]


def _sequence(node: Node, reader: Reader) -> list[Fact]:
    relation = node["sequence"]
    return [Declared(reader.at(relation), "sequence", reader.relation(relation))]


def _unqualified(kind: str, key: str) -> Callable[[Node, Reader], list[Fact]]:
    def read(node: Node, reader: Reader) -> list[Fact]:
        return [Declared(reader.start, kind, _NOWHERE._replace(name=node.get(key, "")))]

    return read


def _defined(node: Node, reader: Reader) -> list[Fact]:
    kind = node["kind"].removeprefix("OBJECT_").lower()
    if kind.startswith("ts"):
        kind = f"text search {kind.removeprefix('ts')}"
    return [Declared(reader.start, kind, reader.named(node["defnames"]))]


def _policy(node: Node, reader: Reader) -> list[Fact]:
    reader.expressions([node[key] for key in ("qual", "with_check") if key in node])
    name = QualifiedName(reader.relation(node["table"]).schema, node["policy_name"])
    return [Declared(reader.at(node["table"]), "policy", name)]


DEFINITIONS: Final[dict[str, Callable[[Node, Reader], list[Fact]]]] = {
    "CreateStmt": _table,
    "CreateForeignTableStmt": _table,
    "CreateTableAsStmt": _table_as,
    "ViewStmt": _view,
    "IndexStmt": _index,
    "CreateTrigStmt": _trigger,
    "CreateFunctionStmt": _routine,
    "CreateEnumStmt": _typed("enum type", "typeName"),
    "CreateRangeStmt": _typed("range type", "typeName"),
    "CreateStatsStmt": _typed("statistics", "defnames"),
    "CreateDomainStmt": _domain,
    "CompositeTypeStmt": _composite,
    "CreateSeqStmt": _sequence,
    "CreateSchemaStmt": _unqualified("schema", "schemaname"),
    "CreateExtensionStmt": _unqualified("extension", "extname"),
    "CreatePublicationStmt": _unqualified("publication", "pubname"),
    "CreateRoleStmt": _unqualified("role", "role"),
    "DefineStmt": _defined,
    "CreatePolicyStmt": _policy,
}
