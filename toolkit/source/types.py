"""Names and types as the parser's tree gives them, written as text."""

import re
from collections.abc import Iterable
from typing import Any, Final

# The names that PostgreSQL's grammar turns SQL's words into, and back as `format_type` writes them.
_WORDS: Final = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "varchar": "character varying",
    "bpchar": "character",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "timetz": "time with time zone",
    "varbit": "bit varying",
    "decimal": "numeric",
}

_MODIFIERS: Final = re.compile(r"\([^)]*\)")
_PLAIN: Final = {"names", "typemod", "location"}


def strings(items: Iterable[dict[str, Any]]) -> list[str]:
    """Return the texts of a list of String nodes."""
    return [item["String"].get("sval", "") for item in items if "String" in item]


def type_text(node: dict[str, Any], schema: str) -> str:
    """Return a TypeName as `format_type` writes it: in words, with modifier and brackets.

    A type of pg_catalog or of `schema` has no qualifier; `%TYPE` stays as written.
    """
    names = node.get("names", ())
    if len(names) == 1 and node.keys() <= _PLAIN:
        name: str = names[0]["String"].get("sval", "")
        return _WORDS.get(name, name)
    *qualifiers, name = strings(names) or [""]
    if "pct_type" in node:
        return ".".join((*qualifiers, name)) + "%TYPE"
    text = _WORDS.get(name, name) if not qualifiers or qualifiers[-1] == "pg_catalog" else name
    if qualifiers and qualifiers[-1] not in ("pg_catalog", schema):
        text = f"{qualifiers[-1]}.{text}"
    modifiers = [_modifier(item) for item in node.get("typmods", ())]
    if name == "interval":
        modifiers = modifiers[1:]
    if modifiers and name != "interval" and not (name == "bpchar" and modifiers == ["1"] and qualifiers):
        head, space, tail = text.partition(" with")
        text = f"{head}({','.join(modifiers)}){space}{tail}"
    return text + "[]" * len(node.get("arrayBounds", ()))


def in_words(type_: str) -> str:
    """Return a type by its short name, such as timestamptz[], as `format_type` writes it; no modifier."""
    bare = without_modifiers(type_)
    name = bare.rstrip("[]")
    return _WORDS.get(name, name) + bare[len(name) :]


def without_modifiers(type_: str) -> str:
    """Return a type as it tells routines apart: PostgreSQL looks at no length and no precision there."""
    return _MODIFIERS.sub("", type_)


def _modifier(item: dict[str, Any]) -> str:
    constant = item.get("A_Const", {})
    return (
        str(constant.get("ival", {}).get("ival", 0))
        if "ival" in constant
        else constant.get("sval", {}).get("sval", "?")
    )
