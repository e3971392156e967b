"""What COMMENT ON says about read models and routines."""

import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from pglast import parser

from toolkit.core.keywords import is_plain
from toolkit.source.artifacts import Artifact
from toolkit.source.cursor import quoted
from toolkit.source.statements import Statement
from toolkit.source.types import strings, type_text, without_modifiers

_RELATIONS: Final = ("OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_TABLE")
_ROUTINES: Final = ("OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE")


class Comment(NamedTuple):
    """A comment. name: quoted where PostgreSQL needs it, qualified outside of the project's schema.

    types: of the arguments that come in, as format_type writes them; None for a relation, and for a routine
    that is named without them. text: empty where the comment is taken away.
    """

    name: str
    types: tuple[str, ...] | None
    text: str


def read_comments(artifacts: Iterable[Artifact], schema: str) -> list[Comment]:
    """Return the comments on relations and routines in the order in which they are written.

    schema: of names that are not qualified.
    """
    statements = (each.statement for artifact in artifacts for each in artifact.declarations)
    return [
        comment
        for statement in statements
        if "comment" in statement.text.lower() and (comment := _read(statement, schema)) is not None
    ]


def _read(statement: Statement, schema: str) -> Comment | None:
    node = json.loads(parser.parse_sql_json(statement.text))["stmts"][0]["stmt"].get("CommentStmt")
    if node is None:
        return None
    if node["objtype"] in _RELATIONS:
        name, types = strings(node["object"]["List"]["items"]), None
    elif node["objtype"] in _ROUTINES:
        routine: dict[str, Any] = node["object"]["ObjectWithArgs"]
        name = strings(routine["objname"])
        given = routine.get("objargs", ())
        types = (
            None
            if routine.get("args_unspecified")
            else tuple(without_modifiers(type_text(each["TypeName"], schema)) for each in given)
        )
    else:
        return None
    return Comment(_name(name, schema), types, node.get("comment", ""))


def _name(parts: list[str], schema: str) -> str:
    if len(parts) > 1 and parts[0] == schema:
        parts = parts[1:]
    return ".".join(part if is_plain(part) else quoted(part) for part in parts)
