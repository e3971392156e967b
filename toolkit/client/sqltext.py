"""Names and types of a contract as SQL: quoted where they are names, never anything else."""

import re
from functools import cache
from typing import Final

from psycopg import sql

_BUILT_IN: Final = frozenset({
    "smallint", "integer", "bigint", "numeric", "float4", "float8", "boolean", "text", "varchar", "bpchar",
    "name", "uuid", "date", "time", "timetz", "timestamp", "timestamptz", "interval", "json", "jsonb",
    "bytea", "bit", "varbit", "inet", "cidr", "macaddr", "macaddr8", "money", "point", "line", "lseg", "box",
    "path", "polygon", "circle", "xml", "tsvector", "tsquery", "int4range", "int8range", "numrange",
    "tsrange", "tstzrange", "daterange", "int4multirange", "int8multirange", "nummultirange",
    "tsmultirange", "tstzmultirange", "datemultirange", "oid", "regclass", "regtype", "regproc", "pg_lsn",
    "xid8", "jsonpath", "regnamespace", "regprocedure", "regrole", "xid", "cid", "tid", "pg_snapshot",
    "refcursor", '"char"', '"bit"',
})  # fmt: skip
_PART: Final = r'(?:[^\W\d][\w$]*|"(?:[^"]|"")+")'
_TYPE: Final = re.compile(rf"(?P<name>{_PART}(?:\.{_PART})?)(?:\(\d+(?:,-?\d+)?\))?(?P<array>(?:\[\])*)")
_CAST_TO: Final = {"char": "bpchar", "bit": '"bit"'}  # a cast to char is one to char(1)
_PARTS: Final = re.compile(_PART)


@cache
def quote(*parts: str) -> str:
    """Return a dotted name, each part quoted by psycopg; a percent sign in it is no placeholder."""
    return sql.Identifier(*parts).as_string(None).replace("%", "%%")


@cache
def quote_text(text: str) -> str:
    """Return a text as a constant, quoted by psycopg."""
    return sql.Literal(text).as_string(None).replace("%", "%%")


@cache
def quote_name(name: str, schema: str) -> str:
    """Return the name of a relation, routine or type of a contract as SQL.

    schema: where a name without one stands. Raises ValueError for what is no name.
    """
    found = _PARTS.findall(name)
    if not found or ".".join(found) != name:
        raise ValueError(f"{name!r} is no name")
    parts = [unquote(part) for part in found]
    return quote(*parts) if len(parts) > 1 else quote(schema, *parts)


@cache
def quote_type(text: str, schema: str) -> str:
    """Return a type of a contract as SQL for a cast, which is without modifier: with one, it would cut off.

    schema: of a type that PostgreSQL does not have itself. Raises ValueError for what is no type.
    """
    found = _TYPE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no type")
    name = _CAST_TO.get(found["name"], found["name"])
    return (name if name in _BUILT_IN else quote_name(name, schema)) + found["array"]


def is_built_in(type_: str) -> bool:
    """Tell whether a type of a contract is PostgreSQL's own."""
    return type_.partition("(")[0] in _BUILT_IN | _CAST_TO.keys()


def is_qualified(name: str) -> bool:
    """Tell whether a name of a contract says its schema."""
    return len(_PARTS.findall(name)) > 1


def unquote(part: str) -> str:
    """Return a part of a name without its double quotes."""
    return part[1:-1].replace('""', '"') if part.startswith('"') else part
