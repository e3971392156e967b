"""Statements that change, drop, grant and set, read from the parser's tree into facts."""

from collections.abc import Callable
from typing import Final

from toolkit.source.definitions import read_column, read_constraint, read_setting
from toolkit.source.expressions import Node
from toolkit.source.facts import (
    Alteration,
    Column,
    Constraint,
    Drop,
    Fact,
    Grant,
    Other,
    Refresh,
    Rename,
    Setting,
    Transaction,
)
from toolkit.source.queries import Expression, QualifiedName, Use, Write
from toolkit.source.query_reader import Reader
from toolkit.source.types import strings, type_text, without_modifiers

_NOWHERE: Final = QualifiedName("", "")
_PARTS: Final = ("trigger", "policy", "rule", "tabconstraint", "column")


def words(constant: str) -> str:
    """Return a constant of the parser in small words: AT_SetNotNull is "set not null"."""
    _, _, text = constant.partition("_")
    if text.isupper() or "_" in text:
        return text.replace("_", " ").lower()
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in text).strip()


def _alter_table(node: Node, reader: Reader) -> list[Fact]:
    table = reader.relation(node["relation"])
    object_ = words(node.get("objtype", "OBJECT_TABLE"))
    place = reader.at(node["relation"])
    facts: list[Fact] = []
    for item in node.get("cmds", ()):
        facts += _alteration(item["AlterTableCmd"], table, object_, place, reader)
    if node.get("missing_ok"):
        return [fact._replace(if_exists=True) if isinstance(fact, Alteration) else fact for fact in facts]
    return facts


def _alteration(command: Node, table: QualifiedName, object_: str, place: int, reader: Reader) -> list[Fact]:
    kind = words(command["subtype"])
    ((tag, inner),) = command["def"].items() if len(command.get("def", {})) == 1 else (("", {}),)
    base = Alteration(
        place,
        object_,
        table,
        kind,
        command.get("name", ""),
        cascade=command.get("behavior") == "DROP_CASCADE",
        if_exists=bool(command.get("missing_ok")),
    )
    if kind in ("add column", "add column to view"):
        column, *constraints = read_column(inner, table, reader, added=True)
        assert isinstance(column, Column)
        column = column._replace(if_not_exists=base.if_exists)
        return [base._replace(start=column.start, name=column.name, column=column), column, *constraints]
    if kind == "add constraint" and tag == "Constraint":
        constraint = read_constraint(inner, table, reader, added=True)
        assert isinstance(constraint, Constraint)
        return [
            base._replace(start=constraint.start, name=constraint.name, constraint=constraint),
            constraint,
        ]
    if kind == "alter column type":
        using: Expression | None = reader.expression(inner["raw_default"]) if "raw_default" in inner else None
        return [base._replace(type=type_text(inner["typeName"], reader.schema), using=using)]
    if kind == "column default":
        return [base._replace(default=reader.expression(command["def"]) if "def" in command else None)]
    if kind in ("attach partition", "detach partition"):
        return [
            base._replace(
                partition=reader.relation(inner["name"]), concurrently=bool(inner.get("concurrent"))
            )
        ]
    return [base]


def _rename(node: Node, reader: Reader) -> list[Fact]:
    kind = words(node["renameType"])
    if "relation" in node:
        name, place = reader.relation(node["relation"]), reader.at(node["relation"])
    else:
        name, place = _object(node.get("object", {}), kind, reader)[0], reader.start
    if kind == "tabconstraint":
        kind = "constraint"
    return [Rename(place, kind, name, node.get("subname", ""), node["newname"])]


def _object(wrapped: Node, kind: str, reader: Reader) -> tuple[QualifiedName, QualifiedName | None, str]:
    """Return the name of an object, the table it belongs to, and the identity of a routine."""
    ((tag, node),) = wrapped.items() if wrapped else (("List", {}),)
    parent: QualifiedName | None = None
    routine = ""
    if tag == "String":
        name = QualifiedName("", node.get("sval", ""))
    elif tag == "TypeName":
        name = reader.named(node["names"])
    elif tag == "RangeVar":
        name = reader.relation(node)
    elif tag == "ObjectWithArgs":
        name = reader.named(node["objname"])
        types = [
            without_modifiers(type_text(item["TypeName"], reader.schema))
            for item in node.get("objargs", ())
            if item
        ]
        routine = str(name) if node.get("args_unspecified") else f"{name}({', '.join(types)})"
    elif kind in _PARTS:
        items = node.get("items", [])
        parent = reader.named(items[:-1])
        name = QualifiedName(parent.schema, strings(items)[-1])
    else:
        name = reader.named(node.get("items", []))
    return name, parent, routine


def _drop(node: Node, reader: Reader) -> list[Fact]:
    kind = words(node["removeType"])
    return [
        Drop(
            reader.start,
            {"matview": "materialized view"}.get(kind, kind),
            name,
            parent,
            node.get("behavior") == "DROP_CASCADE",
            bool(node.get("concurrent")),
            bool(node.get("missing_ok")),
            routine,
        )
        for name, parent, routine in (_object(item, kind, reader) for item in node.get("objects", ()))
    ]


def _refresh(node: Node, reader: Reader) -> list[Fact]:
    place, name = reader.at(node["relation"]), reader.relation(node["relation"])
    reader.refreshes.append(Use(place, name))
    return [Refresh(place, name, bool(node.get("concurrent")), not node.get("skipData"))]


def _grant(node: Node, reader: Reader, *, default: bool = False) -> list[Fact]:
    privileges = tuple(item["AccessPriv"].get("priv_name", "") for item in node.get("privileges", ()))
    grantees = tuple(
        role.get("rolename", words(role.get("roletype", "")).removeprefix("ole "))
        for role in (item["RoleSpec"] for item in node.get("grantees", ()))
    )
    kind = words(node["objtype"])
    everything = node.get("targtype") == "ACL_TARGET_ALL_IN_SCHEMA"
    facts: list[Fact] = []
    for item in node.get("objects", [{}] if default else []):
        name, _, routine = _object(item, kind, reader) if item else (_NOWHERE, None, "")
        if everything:
            name = QualifiedName(name.name, "")
        place = reader.at(item["RangeVar"]) if "RangeVar" in item else reader.start
        facts.append(
            Grant(
                place,
                bool(node.get("is_grant")),
                privileges or ("all",),
                kind,
                name,
                grantees,
                routine,
                default,
                everything,
            )
        )
    return facts


def _set(node: Node, reader: Reader) -> list[Fact]:
    name, value = read_setting(node)
    return [Setting(reader.start, name, value, bool(node.get("is_local")))]


def _transaction(node: Node, reader: Reader) -> list[Fact]:
    return [Transaction(reader.start, words(node["kind"]).removeprefix("stmt "))]


def _truncate(node: Node, reader: Reader) -> list[Fact]:
    facts: list[Fact] = []
    for item in node["relations"]:
        relation = item["RangeVar"]
        place, name = reader.at(relation), reader.relation(relation)
        reader.writes.append(Use(place, name))
        facts.append(Write(place, "truncate", name))
        if node.get("behavior") == "DROP_CASCADE":
            facts.append(Other(place, "TRUNCATE", "cascade", name))
    return facts


def _alter_enum(node: Node, reader: Reader) -> list[Fact]:
    kind = "rename value" if "oldVal" in node else "add value"
    flags = frozenset(f"{key}={node[key]}" for key in ("newVal", "oldVal") if key in node)
    return [Other(reader.start, "ALTER TYPE", kind, reader.named(node["typeName"]), flags)]


def _alter_schema(node: Node, reader: Reader) -> list[Fact]:
    kind = words(node["objectType"])
    if "relation" in node:
        name, place = reader.relation(node["relation"]), reader.at(node["relation"])
    else:
        name, place = _object(node["object"], kind, reader)[0], reader.start
    return [Other(place, "SET SCHEMA", kind, name, frozenset({node["newschema"]}))]


def _alter_routine(node: Node, reader: Reader) -> list[Fact]:
    name, _, identity = _object({"ObjectWithArgs": node["func"]}, "function", reader)
    flags = {item["DefElem"]["defname"] for item in node.get("actions", ())}
    for item in node.get("actions", ()):
        if item["DefElem"]["defname"] == "set":
            flags.add("set " + read_setting(item["DefElem"]["arg"]["VariableSetStmt"])[0])
    return [Other(reader.start, "ALTER FUNCTION", identity, name, frozenset(flags))]


def _maintenance(word: str) -> Callable[[Node, Reader], list[Fact]]:
    def read(node: Node, reader: Reader) -> list[Fact]:
        items = [item["DefElem"] for item in (*node.get("options", ()), *node.get("params", ()))]
        flags = frozenset(item["defname"] for item in items)
        relations = [node["relation"]] if "relation" in node else []
        relations += [
            item["VacuumRelation"]["relation"]
            for item in node.get("rels", ())
            if "relation" in item["VacuumRelation"]
        ]
        relations += [item["RangeVar"] for item in node.get("relations", ())]
        kind = words(node["kind"]).removeprefix("object ") if "kind" in node else node.get("mode", "")
        kind = str(kind)
        if not relations:
            return [Other(reader.start, word, kind, None, flags)]
        return [Other(reader.at(item), word, kind, reader.relation(item), flags) for item in relations]

    return read


def _alter_domain(node: Node, reader: Reader) -> list[Fact]:
    domain = reader.named(node["typeName"])
    facts: list[Fact] = [Other(reader.start, "ALTER DOMAIN", name=domain)]
    constraint = node.get("def", {}).get("Constraint", {})
    if constraint.get("contype") == "CONSTR_CHECK":
        facts.append(read_constraint(constraint, domain, reader, added=True)._replace(on_domain=True))
    return facts


def _default_privileges(node: Node, reader: Reader) -> list[Fact]:
    return _grant(node["action"], reader, default=True)


CHANGES: Final[dict[str, Callable[[Node, Reader], list[Fact]]]] = {
    "AlterTableStmt": _alter_table,
    "RenameStmt": _rename,
    "DropStmt": _drop,
    "RefreshMatViewStmt": _refresh,
    "GrantStmt": _grant,
    "AlterDefaultPrivilegesStmt": _default_privileges,
    "VariableSetStmt": _set,
    "TransactionStmt": _transaction,
    "TruncateStmt": _truncate,
    "AlterEnumStmt": _alter_enum,
    "AlterDomainStmt": _alter_domain,
    "AlterObjectSchemaStmt": _alter_schema,
    "AlterFunctionStmt": _alter_routine,
    "VacuumStmt": _maintenance("VACUUM"),
    "ClusterStmt": _maintenance("CLUSTER"),
    "ReindexStmt": _maintenance("REINDEX"),
    "LockStmt": _maintenance("LOCK"),
}
