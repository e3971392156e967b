"""What psql understands and PostgreSQL's parser does not, blanked out of a script at the same length.

Sources: psql's reference page (meta-commands, "SQL Interpolation") and its lexer, `psqlscan.l`.
"""

import re
from collections.abc import Iterator
from typing import Final

# Texts, compiled when a script needs them, which most files do not.
# What stands for itself (strings, quoted names, comments, casts), and what begins something of psql's.
_PIECE: Final = r"""(?xs)
      (?P<comment>/\*)
    | (?P<dollar>(?<![\w$])\$(?:[^\W\d]\w*)?\$)
    | (?P<remark>--[^\n]*)
    | (?P<literal>(?<![\w$])[eE]'(?:[^'\\]|\\.|'')*+'? | '[^']*'? | "[^"]*"? | ::)
    | (?P<bracket>[\[\]])
    | (?P<end>;)
    | (?P<command>\\[^\n]*)
    | (?P<variable>:(?:[^\W\d]\w* | '\w+' | "\w+" | \{\?\w+\}))
"""
_PASSED_OVER: Final = ("comment", "remark", "command")  # where a statement has not begun
_COMMENT_EDGE: Final = r"/\*|\*/"
# The commands that send what was typed so far, as a semicolon does.
_SENDS: Final = r"\\(?:;|(?:g|gx|gset|gexec|gdesc|crosstabview|watch|parse|sendpipeline)(?!\w))"
_COPIES_IN: Final = r"(?is)\s*copy\b.*\bfrom\s+stdin\b"
_COPY_COMMAND: Final = r"(?i)\\copy\b.*\bfrom\s+stdin\b"
_DATA_END: Final = r"(?m)^\\\.[ \t\r]*$"
_SEPARATOR: Final = r"(?<=\s)\\\\(?=\s)"
_VISIBLE: Final = r"[^\r\n]"


def blank(text: str) -> str:
    r"""Return a psql script as SQL of the same length, every line and every other character in its place.

    Meta-commands and the data of COPY become spaces, `\g` and its like a semicolon, variables a name or a
    string of the same length. Strings, bodies in dollar quotes, comments, casts and slices stay as they are.
    """
    parts: list[str] = []
    written = 0
    for start, end, by in _parts_of_psql(text):
        parts += (text[written:start], by, re.sub(_VISIBLE, " ", text[start + len(by) : end]))
        written = end
    parts.append(text[written:])
    return "".join(parts)


def _parts_of_psql(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and what to put there; the rest of the place is to become spaces."""
    position = statement = brackets = 0
    tokens = re.compile(_PIECE)
    while token := tokens.search(text, position):
        kind, start = token.lastgroup, token.start()
        position = _end(text, token)
        if kind == "bracket":
            brackets = max(brackets + (1 if token[0] == "[" else -1), 0)
        elif kind == "variable" and not (brackets and _ends_value(text, start)):
            yield start, position, _substitute(token[0])
        elif kind in ("end", "command"):
            data = sends = kind == "end" or re.compile(_SENDS).search(text, start, position) is not None
            if kind == "command":
                yield start, position, ";" if sends else ""
                data = sends or re.compile(_COPY_COMMAND).match(text, start, position) is not None
            if data and (not sends or re.compile(_COPIES_IN).match(text, statement, start)):
                line = _after(text, "\n", position)
                found = re.compile(_DATA_END).search(text, line)
                position = found.end() if found else len(text)
                yield line, position, ""
            if sends or data:
                statement, brackets = position, 0
        if kind in _PASSED_OVER and re.compile(r"\s*").fullmatch(text, statement, start):
            statement = position


def _end(text: str, token: re.Match[str]) -> int:
    r"""Return where a token ends: a command with its line, or at `\\` behind which SQL goes on."""
    start, end = token.span()
    match token.lastgroup:
        case "comment":
            return _comment_end(text, end)
        case "dollar":
            return _after(text, token[0], end)
        case "command" if token[0].startswith("\\;"):
            return start + 2
        case "command" if separator := re.compile(_SEPARATOR).search(text, start, end):
            return separator.end()
    return end


def _substitute(variable: str) -> str:
    """Return a name or a string as long as a variable's reference, a boolean for `:{?name}`."""
    if variable[1] == "{":
        return "TRUE"
    return f"_{variable[1:]}" if variable[1] not in "'\"" else f"{variable[1]}_{variable[2:]}"


def _after(text: str, what: str, position: int) -> int:
    """Return where the next `what` ends, the end of the text where there is none."""
    found = text.find(what, position)
    return len(text) if found < 0 else found + len(what)


def _comment_end(text: str, position: int) -> int:
    """Return where a block comment that is open at a position ends; they nest."""
    depth = 1
    edges = re.compile(_COMMENT_EDGE)
    while depth and (edge := edges.search(text, position)):
        position = edge.end()
        depth += 1 if edge[0] == "/*" else -1
    return len(text) if depth else position


def _ends_value(text: str, position: int) -> bool:
    """Return whether a value ends before a position, so that a colon there parts the bounds of a slice."""
    before = text[max(position - 100, 0) : position].rstrip()[-1:]
    return before.isalnum() or before in ("_", ")", "]", '"', "'", "$")
