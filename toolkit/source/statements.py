"""SQL text cut into statements by PostgreSQL's own parser, each with its place in the file."""

from pathlib import Path
from typing import NamedTuple

from pglast import parser

from toolkit.errors import SqlFileError, SqlSyntaxError


class Statement(NamedTuple):
    """One SQL statement.

    path: the file it stands in. text: as written, from its first token, without the semicolon.
    line: 1-based line of its first token in the file.
    """

    path: Path
    text: str
    line: int

    def line_at(self, position: int) -> int:
        """Return the line in the file of a 1-based character position in the text, as servers report it."""
        return self.line + self.text.count("\n", 0, max(position - 1, 0))


def read_sql(path: Path) -> str:
    """Return the text of an SQL file: UTF-8 with or without a byte order mark, line ends as LF.

    LF, because the bodies of functions are stored as sent and must not depend on who checked the file out.
    Raises SqlFileError for another encoding, a NUL, and a file that can't be opened.
    """
    return plain(read_as_is(path))


def read_as_is(path: Path) -> str:
    """Return the text of an SQL file with its byte order mark and its line ends; raises as read_sql does."""
    try:
        with path.open("rb", buffering=0) as file:
            data = file.read()
    except OSError as error:
        raise SqlFileError(path, f"can't be read: {error.strerror}.") from error
    return decode(data, path)


def decode(data: bytes, path: Path) -> str:
    """Return the text that is in a file, or is to be; raises SqlFileError for another encoding and a NUL."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SqlFileError(
            path, f"byte 0x{data[error.start]:02x} is not UTF-8.", line=line, remedy="Save the file as UTF-8."
        ) from error
    if "\0" in text:  # the parser would take it for the end of the text and lose the rest
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SqlFileError(path, "there is a NUL character.", line=line, remedy="Save the file as UTF-8.")
    return text


def plain(text: str) -> str:
    """Return a text without its byte order mark, and with LF at the ends of its lines."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def split_statements(text: str, path: Path) -> list[Statement]:
    """Return the statements of `text` in order; comments and empty statements between them are left out.

    path: the file that the text is from, for the statements and for messages.
    Raises SqlSyntaxError for what PostgreSQL's parser refuses.
    """
    try:
        slices = parser.split(text, with_parser=True, only_slices=True)
    except parser.ParseError as error:
        message, offset = error.args
        raise _syntax_error(message, len(text.rstrip()) if offset is None else offset, text, path) from error
    statements = []
    line, seen = 1, 0
    for part in slices:
        line += text.count("\n", seen, part.start)
        seen = part.start
        statements.append(Statement(path, text[part], line))
    return statements


def in_one_line(message: str) -> str:
    """Return the parser's words with one line of what they quote: it may be the rest of a file."""
    first, more, _ = message.partition("\n")
    return f'{first} …"' if more else first


def _syntax_error(message: str, offset: int, text: str, path: Path) -> SqlSyntaxError:
    line_start = text.rfind("\n", 0, offset) + 1
    line = text.count("\n", 0, offset) + 1
    return SqlSyntaxError(path, line, offset - line_start + 1, in_one_line(message))
