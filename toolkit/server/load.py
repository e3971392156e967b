"""The statements of `sql/` into an empty database, in one transaction."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

from toolkit.errors import LoadFailed, RightMissing

# Classes of errors that a later statement may cure: what is missing, of the wrong kind, or not permitted yet.
_CURABLE = ("42", "3F")
_BEGIN, _KEEP = "SAVEPOINT loading;\n", "\n;RELEASE loading"
_UNDO = "\n;ROLLBACK TO loading;RELEASE loading"
_GAP = r"(?:\s|--[^\n]*\n|/\*.*?\*/)+"
_CREATE_ROUTINE = re.compile(
    rf"create(?P<replace>{_GAP}or{_GAP}replace)?{_GAP}(?:function|procedure)\b", re.IGNORECASE | re.DOTALL
)
_OR_REPLACE = " OR REPLACE"


class SqlStatement(Protocol):
    """A statement and its place, such as `toolkit.source.statements.Statement`."""

    @property
    def path(self) -> Path:
        """The file it stands in."""

    @property
    def text(self) -> str:
        """The statement as written, without its semicolon."""

    def line_at(self, position: int) -> int:
        """Return the line in the file of a 1-based character position in the text."""


def load_sql(
    conninfo: str, statements: Sequence[SqlStatement], *, schema: str = "public", owner: str | None = None
) -> None:
    """Run `statements` in the database of `conninfo`, all or none.

    schema: the search path, where unqualified names go. owner: the role that acts and owns what is made, the
    session's user where None. A statement that fails because of something not there yet is tried again after
    the rest, until a round makes no progress. Bodies of routines are not checked meanwhile, so that they need
    not come in the order of their calls; each is checked at the end.
    Raises LoadFailed with file, line and PostgreSQL's words, RightMissing where the role can't be taken.
    """
    with psycopg.connect(conninfo, client_encoding="UTF8") as connection, connection.cursor() as cursor:
        if owner is not None:
            _act_as(cursor, owner)
        cursor.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
        cursor.execute("SET LOCAL check_function_bodies = off")
        _run_rounds(cursor, statements)
        cursor.execute("SET LOCAL check_function_bodies = on")
        for statement in statements:
            _check_routine(cursor, statement)


def _act_as(cursor: psycopg.Cursor, owner: str) -> None:
    try:
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner)))
    except psycopg.Error as error:
        raise RightMissing(
            f"The role {owner} can't be taken: {error.diag.message_primary}.",
            remedy="The roles of the package are made by roles.sql; the setting owner names one of them.",
        ) from error


def _run_rounds(cursor: psycopg.Cursor, statements: Iterable[SqlStatement]) -> None:
    waiting = list(statements)
    while waiting:
        failures = []
        for statement in waiting:
            try:
                _send(cursor, statement.text, _KEEP)
            except psycopg.Error as error:
                if error.sqlstate is None or not error.sqlstate.startswith(_CURABLE):
                    raise _failure(statement, error) from error
                failures.append((statement, error))
                cursor.execute(_UNDO.encode())
        if len(failures) == len(waiting):
            first, reason = failures[0]
            raise _failure(first, reason, others=len(failures) - 1) from reason
        waiting = [statement for statement, _ in failures]


def _check_routine(cursor: psycopg.Cursor, statement: SqlStatement) -> None:
    """Let the server check a routine's body, with the settings it will run with, by creating it again."""
    created = _CREATE_ROUTINE.match(statement.text)
    if created is None:
        return
    inserted = "" if created["replace"] else _OR_REPLACE
    place = len("create")
    try:
        _send(cursor, statement.text[:place] + inserted + statement.text[place:], _UNDO)
    except psycopg.Error as error:
        raise _failure(statement, error, shift=len(inserted)) from error


def _send(cursor: psycopg.Cursor, text: str, end: str) -> None:
    # One round trip for three statements; bytes, because the text is not composed of anything.
    cursor.execute(f"{_BEGIN}{text}{end}".encode())


def _failure(statement: SqlStatement, error: psycopg.Error, *, shift: int = 0, others: int = 0) -> LoadFailed:
    """Build the error; shift: how many characters of the text sent are not in the file."""
    diag = error.diag
    position = int(diag.statement_position or 1) - len(_BEGIN) - shift
    words = [diag.message_primary or str(error).strip()]
    words += [
        f"{name}: {text}"
        for name, text in (("DETAIL", diag.message_detail), ("HINT", diag.message_hint))
        if text
    ]
    return LoadFailed(
        statement.path, statement.line_at(position), "  ".join(words), error.sqlstate, others=others
    )
