"""SQL text of whole objects: taken from definitions, made to replace, made to drop."""

import re
from pathlib import Path
from typing import Final

from toolkit.catalog.catalog import Entry
from toolkit.core.keywords import RESERVED
from toolkit.source.cursor import quoted
from toolkit.source.statements import split_statements

_GAP: Final = r"(?:\s|--[^\n]*\n|/\*.*?\*/)+"
_CREATE: Final = re.compile(rf"create(?P<replace>{_GAP}or{_GAP}replace\b)?", re.IGNORECASE | re.DOTALL)
IDENTIFIER: Final = r'(?:[^".\s(;]+|"(?:[^"]|"")+")'
_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_$]*")
_NAME: Final = rf"{IDENTIFIER}\.{IDENTIFIER}"
_BEFORE_TEXT: Final = re.compile(r"""(?P<head>(?:[^'"]|"(?:[^"]|"")*")*) IS [E']""")
# What CREATE OR REPLACE makes, and the errors that say that something else is there already.
_REPLACED: Final = ("AGGREGATE", "FUNCTION", "PROCEDURAL LANGUAGE", "PROCEDURE", "RULE", "TRIGGER", "VIEW")
_THERE: Final = ("duplicate_object", "duplicate_table", "duplicate_function", "duplicate_schema")
_THERE_TOO: Final = {
    "CONSTRAINT": ("invalid_table_definition",),  # a second primary key
    "TABLE ATTACH": ("wrong_object_type",),
    "TEXT SEARCH CONFIGURATION": ("unique_violation",),
}
# What may be said twice.
_SET: Final = ("DEFAULT", "INDEX ATTACH", "ROW SECURITY", "SEQUENCE OWNED BY")
_COMMENT_OF_INITDB: Final = {"SCHEMA public": "COMMENT ON SCHEMA public IS 'standard public schema'"}
# What undoes a definition that comes without a DROP: a pattern for it, and the statement.
_UNDONE: Final = {
    "COMMENT": (_BEFORE_TEXT, r"\g<head> IS NULL"),
    "SECURITY LABEL": (_BEFORE_TEXT, r"\g<head> IS NULL"),
    "ROW SECURITY": (re.compile(r"(ALTER TABLE .*) ENABLE (ROW LEVEL SECURITY)"), r"\1 DISABLE \2"),
    "TABLE ATTACH": (
        re.compile(rf"ALTER TABLE ONLY ({_NAME}) ATTACH PARTITION ({_NAME})"),
        r"ALTER TABLE \1 DETACH PARTITION \2",
    ),
    "SEQUENCE OWNED BY": (re.compile(rf"(ALTER SEQUENCE {_NAME} OWNED BY) "), r"\1 NONE"),
    "PUBLICATION TABLE": (
        re.compile(rf"(ALTER PUBLICATION {IDENTIFIER}) ADD TABLE ONLY ({_NAME})"),
        r"\1 DROP TABLE \2",
    ),
    "PUBLICATION TABLES IN SCHEMA": (
        re.compile(rf"(ALTER PUBLICATION {IDENTIFIER}) ADD (TABLES IN SCHEMA {IDENTIFIER})"),
        r"\1 DROP \2",
    ),
    "SHELL TYPE": (re.compile(rf"CREATE (TYPE {_NAME})"), r"DROP \1"),
}


def definition(entry: Entry) -> tuple[str, ...]:
    """Return the statements that make what an entry stands for, without semicolons."""
    text = entry.definition
    if entry.kind == "MATERIALIZED VIEW" and entry.populated:
        text = re.sub(r"\bWITH NO DATA;", "WITH DATA;", text, count=1)
    if text.count(";") == 1:
        return (text.removesuffix(";"),)
    return tuple(statement.text for statement in split_statements(text, Path(str(entry.key))))


def quote(name: str) -> str:
    """Return a name as SQL."""
    if _PLAIN.fullmatch(name) and name not in RESERVED:
        return name
    return quoted(name)


def or_replace(text: str) -> str:
    """Return a CREATE statement with OR REPLACE, which it may have already."""
    created = _CREATE.match(text)
    if created is None or created["replace"]:
        return text
    return f"{text[: len('create')]} OR REPLACE{text[len('create') :]}"


def passing_over(sql: str, *conditions: str) -> str:
    """Return a statement that passes over what it did already; conditions: the errors that say so."""
    return f"DO $toolkit$ BEGIN\n{sql};\nEXCEPTION WHEN {' OR '.join(conditions)} THEN NULL;\nEND $toolkit$"


def making_again(kind: str, sql: str) -> str:
    """Return a statement that makes an object as one that may run again."""
    if kind in _REPLACED and not sql.startswith("CREATE CONSTRAINT TRIGGER"):
        return or_replace(sql)
    return sql if kind in _SET else passing_over(sql, *_THERE, *_THERE_TOO.get(kind, ()))


def undoing_again(kind: str, sql: str) -> str:
    """Return a statement that drops an object as one that may run again."""
    for head in (f"DROP {kind} ", " DROP CONSTRAINT "):
        if head in sql:
            return sql.replace(head, f"{head}IF EXISTS ", 1)
    return passing_over(sql, "undefined_object", "undefined_table", "invalid_parameter_value")


def undoing(entry: Entry) -> str | None:
    """Return the statement that drops what an entry stands for, None where there is none."""
    if entry.drop:
        return entry.drop
    if entry.kind == "INDEX":  # of a partition, which may have left by then
        return f"DROP INDEX {quote(entry.schema)}.{quote(entry.name)}"
    if entry.kind == "COMMENT" and entry.name in _COMMENT_OF_INITDB:
        return _COMMENT_OF_INITDB[entry.name]
    if entry.kind in _UNDONE:
        pattern, statement = _UNDONE[entry.kind]
        found = pattern.match(entry.definition)
        return found.expand(statement) if found else None
    return None
