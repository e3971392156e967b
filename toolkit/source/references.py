"""What a statement declares and what it needs, read from PostgreSQL's parse tree.

The facts order the statements of `sql/` before they are loaded. The server has the last word: a need that is
not seen here (an operator, a cast, a name inside a string body) costs a second try and nothing else.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pglast import parser

from toolkit.errors import ArtifactError
from toolkit.source.statements import Statement

_Node = dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A qualified name in one of PostgreSQL's name spaces: relation, routine, type, schema and so on.

    A table, a view and a composite type are a relation and a type; functions, procedures and aggregates are
    routines. Names are folded as PostgreSQL folds them; a name without a schema stands in the schema of the
    settings. schema is empty for what has none, such as a schema.
    """

    space: str
    schema: str
    name: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """A statement of an artifact and what it says.

    identity: the object it makes, for people, with the types of a function's parameters; None where it makes
    none of its own (a grant, a comment, an ALTER). declares: the names that exist after it. needs: the names
    that it mentions, PostgreSQL's own among them. first: whether it must run before everything else because
    what comes later depends on it silently (a schema, an extension, default privileges).
    """

    statement: Statement
    identity: str | None
    declares: frozenset[Name]
    needs: frozenset[Name]
    first: bool


_FIRST: Final = frozenset({"CreateSchemaStmt", "CreateExtensionStmt", "AlterDefaultPrivilegesStmt"})

# Statement -> where its name is. A relation's name is a RangeVar, a listed one a list of strings.
_RELATIONS: Final = {
    "CreateStmt": ("table", "relation"),
    "CreateForeignTableStmt": ("table", "base", "relation"),
    "ViewStmt": ("view", "view"),
    "CreateTableAsStmt": ("materialized view", "into", "rel"),
    "CreateSeqStmt": ("sequence", "sequence"),
    "CompositeTypeStmt": ("type", "typevar"),
}
_LISTED: Final = {
    "CreateFunctionStmt": ("routine", "funcname"),
    "CreateEnumStmt": ("type", "typeName"),
    "CreateRangeStmt": ("type", "typeName"),
    "CreateDomainStmt": ("type", "domainname"),
    "CreateStatsStmt": ("statistics", "defnames"),
    "CreateConversionStmt": ("conversion", "conversion_name"),
}
_DEFINED: Final = {
    "OBJECT_AGGREGATE": "routine",
    "OBJECT_TYPE": "type",
    "OBJECT_COLLATION": "collation",
    "OBJECT_TSCONFIGURATION": "text search configuration",
    "OBJECT_TSDICTIONARY": "text search dictionary",
    "OBJECT_TSPARSER": "text search parser",
    "OBJECT_TSTEMPLATE": "text search template",
}
_WITHOUT_SCHEMA: Final = {
    "CreateSchemaStmt": ("schema", "schemaname"),
    "CreateExtensionStmt": ("extension", "extname"),
    "CreatePublicationStmt": ("publication", "pubname"),
    "CreateEventTrigStmt": ("event trigger", "trigname"),
    "CreateFdwStmt": ("foreign-data wrapper", "fdwname"),
    "CreateForeignServerStmt": ("server", "servername"),
}
_OF_A_RELATION: Final = {
    "CreateTrigStmt": ("trigger", "trigname", "relation"),
    "CreatePolicyStmt": ("policy", "policy_name", "table"),
    "RuleStmt": ("rule", "rulename", "relation"),
}
# What makes no named object of its own, or one whose name alone is no identity (an operator).
_BELONGING: Final = frozenset({
    "AlterDefaultPrivilegesStmt", "AlterDomainStmt", "AlterFunctionStmt", "AlterOpFamilyStmt",
    "AlterOperatorStmt", "AlterOwnerStmt", "AlterSeqStmt", "AlterStatsStmt", "AlterTSConfigurationStmt",
    "AlterTSDictionaryStmt", "AlterTableStmt", "AlterTypeStmt", "CommentStmt", "CreateAmStmt",
    "CreateCastStmt", "CreateOpClassStmt", "CreateOpFamilyStmt", "CreatePLangStmt",
    "CreateTransformStmt", "CreateUserMappingStmt", "DefineStmt", "GrantStmt", "IndexStmt",
    "SecLabelStmt",
})  # fmt: skip

# What COMMENT, SECURITY LABEL and ALTER … OWNER name by a list of strings, and GRANT by single strings.
_NAMED_RELATIONS: Final = frozenset(
    f"OBJECT_{kind}" for kind in ("TABLE", "VIEW", "MATVIEW", "INDEX", "SEQUENCE", "FOREIGN_TABLE")
)
_NAMED_PARTS: Final = frozenset(
    f"OBJECT_{kind}" for kind in ("COLUMN", "TABCONSTRAINT", "TRIGGER", "POLICY", "RULE")
)
_NAMED_TYPES: Final = frozenset({"OBJECT_TYPE", "OBJECT_DOMAIN"})


def read_declaration(statement: Statement, schema: str) -> Declaration:
    """Return what a statement of an artifact declares and needs; `schema` is that of unqualified names.

    Raises ArtifactError for a statement that declares nothing, such as INSERT, DROP or SELECT.
    """
    try:
        ((tag, node),) = json.loads(parser.parse_sql_json(statement.text))["stmts"][0]["stmt"].items()
    except RecursionError as error:
        raise ArtifactError(
            f"{statement.path}:{statement.line}: the statement is nested too deeply."
        ) from error
    made = _made(tag, node, schema)
    if made is None and tag not in _BELONGING:
        word = statement.text.split(None, 1)[0].upper()
        raise ArtifactError(
            f"{statement.path}:{statement.line}: {word} declares no object.",
            remedy="An artifact declares one object and what belongs to it; other changes are revisions.",
        )
    identity, declares = made or (None, frozenset())
    needs = frozenset(_named(node, schema)) | frozenset(_mentioned(node, schema))
    return Declaration(statement, identity, declares, needs - declares, tag in _FIRST)


def _made(tag: str, node: _Node, schema: str) -> tuple[str, frozenset[Name]] | None:
    """Return the identity of the object that a statement makes, and the names it declares."""
    if tag in _RELATIONS:
        return _made_relation(tag, node, schema)
    if tag in _WITHOUT_SCHEMA:
        space, key = _WITHOUT_SCHEMA[tag]
        return f"{space} {node[key]}", frozenset({Name(space, "", node[key])})
    if tag in _OF_A_RELATION:
        space, key, relation = _OF_A_RELATION[tag]
        owner = _relation(node[relation], schema)
        return f"{space} {node[key]} on {owner.schema}.{owner.name}", frozenset()
    if tag == "IndexStmt" and "idxname" in node:
        index = Name("relation", _relation(node["relation"], schema).schema, node["idxname"])
        return f"index {index.schema}.{index.name}", frozenset({index})
    space, key = _LISTED.get(tag, ("", ""))
    if tag == "DefineStmt" and node["kind"] in _DEFINED:
        space, key = _DEFINED[node["kind"]], "defnames"
    if not space:
        return None
    name = _listed(space, _strings(node[key]), schema)
    arguments = _arguments(node, schema) if space == "routine" else ""
    return f"{space} {name.schema}.{name.name}{arguments}", frozenset({name})


def _made_relation(tag: str, node: _Node, schema: str) -> tuple[str, frozenset[Name]] | None:
    if node.get("objtype") == "OBJECT_TABLE":  # CREATE TABLE … AS, which fills it with rows
        return None
    kind, *path = _RELATIONS[tag]
    for key in path:
        node = node[key]
    relation = _relation(node, schema)
    return f"{kind} {relation.schema}.{relation.name}", frozenset(
        {
            relation,
            Name("type", relation.schema, relation.name),
        }
    )


def _arguments(node: _Node, schema: str) -> str:
    """Return the types that tell a routine from its overloads, as text."""
    parameters = node.get("parameters") or node.get("args", [{}])[0].get("List", {}).get("items", [])
    types = []
    for parameter in (item["FunctionParameter"] for item in parameters if item):
        if parameter["mode"] in ("FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"):
            continue
        name = _listed("type", _strings(parameter["argType"]["names"]), schema)
        written = name.name if name.schema in ("pg_catalog", schema) else f"{name.schema}.{name.name}"
        types.append(written + "[]" * bool(parameter["argType"].get("arrayBounds")))
    return f"({', '.join(types)})"


def _named(node: _Node, schema: str) -> Iterator[Name]:
    """Yield what COMMENT, SECURITY LABEL, ALTER … OWNER and GRANT say they are about by bare strings."""
    kind = node.get("objtype") or node.get("objectType")
    for target in [node.get("object", {}), *node.get("objects", [])]:
        strings = _strings(target.get("List", {}).get("items", []))
        if kind == "OBJECT_SCHEMA" or node.get("targtype") == "ACL_TARGET_ALL_IN_SCHEMA":
            yield Name("schema", "", target.get("String", {}).get("sval", ""))
        elif kind in _NAMED_RELATIONS and strings:
            yield _listed("relation", strings, schema)
        elif kind in _NAMED_PARTS:
            yield _listed("relation", strings[:-1], schema)
        elif kind in _NAMED_TYPES and strings:
            yield _listed("type", strings, schema)


def _mentioned(root: _Node, schema: str) -> Iterator[Name]:
    """Yield the relations, routines and types anywhere in a tree, and the schemas they stand in."""
    waiting: list[tuple[Any, frozenset[str]]] = [(root, frozenset())]
    while waiting:
        node, hidden = waiting.pop()
        if isinstance(node, list):
            waiting.extend((item, hidden) for item in node)
        elif isinstance(node, dict):
            for name in _mentions(node, hidden, schema):
                yield name
                yield Name("schema", "", name.schema)
            waiting.extend(_children(node, hidden))


def _mentions(node: _Node, hidden: frozenset[str], schema: str) -> Iterator[Name]:
    if "relname" in node and ("schemaname" in node or node["relname"] not in hidden):
        yield _relation(node, schema)
    for key in ("funcname", "objname"):
        if key in node:
            yield _listed("routine", _strings(node[key]), schema)
    if isinstance(node.get("names"), list):
        strings = _strings(node["names"])
        if "pct_type" in node:
            yield _listed("relation", strings[:-1], schema)
        else:
            yield _listed("type", strings, schema)
    if "defname" in node:
        yield from _option(node, schema)


def _option(node: _Node, schema: str) -> Iterator[Name]:
    argument = node.get("arg", {})
    if node["defname"] == "owned_by":
        yield _listed("relation", _strings(argument["List"]["items"])[:-1], schema)
    elif "TypeName" in argument:  # the parser can't tell a function from a type here: SFUNC = f, STYPE = t
        yield _listed("routine", _strings(argument["TypeName"]["names"]), schema)
    elif node["defname"] in ("schema", "schemas"):
        for text in _strings(argument.get("List", {}).get("items", [argument])):
            yield Name("schema", "", text)


def _children(node: _Node, hidden: frozenset[str]) -> Iterator[tuple[Any, frozenset[str]]]:
    """Yield the parts of a node, each with the names that WITH clauses hide from it."""
    clause = node.get("withClause", {})
    queries = [item["CommonTableExpr"] for item in clause.get("ctes", [])]
    if clause.get("recursive"):
        hidden |= {query["ctename"] for query in queries}
    for query in queries:
        yield query, hidden
        hidden |= {query["ctename"]}
    for key, value in node.items():
        if key != "withClause":
            yield value, hidden


def _relation(node: _Node, schema: str) -> Name:
    return Name("relation", node.get("schemaname", schema), node["relname"])


def _listed(space: str, strings: list[str], schema: str) -> Name:
    *qualifiers, name = strings or [""]
    return Name(space, qualifiers[-1] if qualifiers else schema, name)


def _strings(items: list[_Node]) -> list[str]:
    return [item["String"].get("sval", "") for item in items if "String" in item]
