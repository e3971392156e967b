"""The parser of PL/pgSQL, with what it can't take put right before.

libpg_query compiles a function without a catalog: it refuses types of other schemas, `%TYPE` of parameters
and arrays of composite types. None of them matters to the statements of the body, so they are replaced by
types it knows, without moving a line.
"""

import json
import re
from typing import Any, Final

from pglast import parser

from toolkit.source.cursor import quoted
from toolkit.source.facts import Parameter
from toolkit.source.places import outline

Tree = dict[str, Any]

_KNOWN: Final = frozenset({
    "bigint", "bool", "boolean", "bytea", "char", "character", "character varying", "date",
    "double precision", "event_trigger", "float4", "float8", "int", "int2", "int4", "int8", "integer",
    "interval", "json", "jsonb", "name", "numeric", "oid", "real", "record", "regclass", "smallint", "text",
    "timestamp with time zone",
    "timestamp without time zone", "timestamptz", "trigger", "uuid", "varchar", "void",
})  # fmt: skip
_GIVES: Final = ("COLON_EQUALS", "ASCII_61", "DEFAULT")
_COMMENTS: Final = ("SQL_COMMENT", "C_COMMENT")
# A line that ends with a declaration and has nothing in it that may give a value, or hide where it ends.
_NONE_GIVEN: Final = re.compile(
    r"(?!.*(?:=|default|--|/\*|'|\"|\$))[^\n]*;[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_TYPE_ENDS: Final = frozenset({"ASCII_59", "COLON_EQUALS", "ASCII_61", "DEFAULT", "NOT", "COLLATE"})


def parse_block(
    statement: str, body: str, parameters: tuple[Parameter, ...], returns: str, *, many: bool
) -> Tree:
    """Return the tree of the body of a CREATE FUNCTION, CREATE PROCEDURE or DO.

    statement: its text. body: what its string holds. parameters, returns, many: its header, SETOF included.
    Raises ParseError for a body that PL/pgSQL refuses.
    """
    try:
        return _with_defaults(_parse(statement), body)
    except parser.ParseError:
        header = ", ".join(_parameter(parameter) for parameter in parameters)
        result = _result(parameters, returns)
        kept = _without_foreign_types(body)
        tag = "body"
        while f"${tag}$" in kept:
            tag += "_"
        setof = "SETOF " if many else ""
        tree = _parse(
            f"CREATE FUNCTION f({header}) RETURNS {setof}{result} LANGUAGE plpgsql AS ${tag}${kept}${tag}$"
        )
        return _with_defaults(tree, kept)


def _with_defaults(tree: Tree, body: str) -> Tree:
    """Give variables of row types their defaults, which the parser's tree leaves out."""
    missing = [
        record
        for item in tree["datums"]
        if (record := item.get("PLpgSQL_rec")) and record.get("lineno") and "default_val" not in record
    ]
    if not missing:
        return tree
    lines = [0, *(match.end() for match in re.finditer("\n", body))]
    missing = [
        record
        for record in missing
        if not _NONE_GIVEN.match(body, lines[min(record["lineno"], len(lines)) - 1])
    ]
    tokens = parser.scan(outline(body)) if missing else []
    for record in missing:
        start = lines[min(record["lineno"], len(lines)) - 1]
        default = _default(body, tokens, record["refname"], start)
        if default:
            record["default_val"] = {"PLpgSQL_expr": {"query": default, "parseMode": 2}}
    return tree


def _default(body: str, tokens: list[parser.Token], name: str, start: int) -> str:
    """Return what stands behind `:=`, `=` or DEFAULT in the declaration of a variable."""
    for place, token in enumerate(tokens):
        if token.start < start or body[token.start : token.end + 1].strip('"').lower() != name.lower():
            continue
        if place and tokens[place - 1].name not in ("ASCII_59", "DECLARE", "SQL_COMMENT", "C_COMMENT"):
            return ""  # of a FOR loop
        behind = -1
        for other in tokens[place + 1 :]:
            if behind < 0 and other.name in _GIVES:
                behind = other.end + 1
            elif other.name == "ASCII_59":
                return body[behind : other.start].strip() if behind >= 0 else ""
    return ""


def _parse(statement: str) -> Tree:
    tree: Tree = json.loads(parser.parse_plpgsql_json(statement))[0]["PLpgSQL_function"]
    return tree


def _result(parameters: tuple[Parameter, ...], returns: str) -> str:
    """Return the type that goes with the parameters as they are written here."""
    results = [parameter for parameter in parameters if parameter.mode in ("out", "inout", "table")]
    if results:
        return "record" if len(results) > 1 else _plain(results[0].type)
    return _plain(returns) if returns else "void"


def _parameter(parameter: Parameter) -> str:
    mode = {"table": "OUT ", "out": "OUT ", "inout": "INOUT "}.get(parameter.mode, "")
    name = f"{quoted(parameter.name)} " if parameter.name else ""
    return f"{mode}{name}{_plain(parameter.type)}"


def _plain(type_: str) -> str:
    """Return a type that the parser knows and that has the same parts: a row stays one."""
    element = type_.removesuffix("[]")
    known = element.partition("(")[0] in _KNOWN
    if known and element in (
        "int",
        "int2",
        "int4",
        "int8",
        "bool",
        "timestamptz",
        "varchar",
        "char",
        "float8",
        "float4",
        "void",
        "trigger",
        "event_trigger",
    ):
        return element
    return "text[]" if type_.endswith("[]") else "text" if known else "record"


def _without_foreign_types(body: str) -> str:
    """Return the body with the types of its variables in a form that the parser takes."""
    edits: list[tuple[int, int, str]] = []
    tokens = [token for token in parser.scan(outline(body)) if token.name not in _COMMENTS]
    declaring, place = False, 0
    while place < len(tokens):
        name = tokens[place].name
        if name == "DECLARE":
            declaring = True
        elif name == "BEGIN_P":
            declaring = False
        elif declaring and (place == 0 or tokens[place - 1].name in ("DECLARE", "ASCII_59")):
            edits += _type_edits(tokens, place + 1, body)
        place += 1
    for start, end, text in reversed(edits):
        body = body[:start] + text + body[end:]
    return body


def _type_edits(tokens: list[Any], place: int, body: str) -> list[tuple[int, int, str]]:
    """Return the edit of the type that begins at a token, behind the name of its variable.

    A type that is not known becomes text, so that it may stand in a list behind INTO; where the body uses a
    field of the variable it stays one that is not known, which the parser takes for a row.
    """
    variable = body[tokens[place - 1].start : tokens[place - 1].end + 1]
    if place < len(tokens) and body[tokens[place].start : tokens[place].end + 1].lower() == "constant":
        place += 1
    first = place
    while place < len(tokens) and tokens[place].name not in _TYPE_ENDS:
        place += 1
    parts = tokens[first:place]
    if not parts or any(token.name == "CURSOR" for token in parts):
        return []
    start, end = parts[0].start, parts[-1].end + 1
    written = body[start:end]
    known = written.lower().rstrip("[]0123456789 ").partition("(")[0].strip()
    if known in _KNOWN or known.partition(" ")[0] in ("time", "timestamp", "double", "character", "alias"):
        return []
    row = f"{variable.lower()}." in body.lower()
    if any(token.name == "ASCII_37" for token in parts) and not (row or written.lower().endswith("%rowtype")):
        return []  # %TYPE of a scalar
    type_ = "record" if row and not written.endswith("]") else "text[]" if written.endswith("]") else "text"
    return [(start, end, type_ + "\n" * written.count("\n"))]
