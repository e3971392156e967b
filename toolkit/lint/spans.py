"""Where strings and calls end in SQL text: what an edit must know that PostgreSQL's parser does not tell."""

import re
from collections.abc import Iterator
from typing import Final

_LEXEME: Final = r"""(?xs)
      (?P<line>--[^\n]*) | (?P<block>/\*) | (?P<dollar>(?<![\w$])\$(?:[^\W\d]\w*)?\$)
    | (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*+'? | '[^']*'? | "[^"]*"?
    | (?P<open>\() | (?P<close>\)) | (?P<word>\w+) | \S
"""


def dollar_strings(text: str) -> list[tuple[int, int]]:
    """Return from where to where the strings in dollar quotes reach, without the quotes; not those within."""
    return [(match.end(), end - len(match[0])) for match, end in _tokens(text, 0) if match["dollar"]]


def call_end(text: str, start: int, name: str) -> int:
    """Return where the call of an aggregate ends that starts with its name, with its FILTER.

    -1 where the name is not written there as it is given, and where the call has no end.
    """
    end, depth = -1, 0
    for match, position in _tokens(text, start):
        word = (match["word"] or "").lower()
        depth += bool(match["open"]) - bool(match["close"])
        if depth == 0 and match["close"]:
            end = position
        elif depth or match["line"] or match["block"]:
            continue
        elif word != ("filter" if end >= 0 else name):
            break
    return end


def _tokens(text: str, position: int) -> Iterator[tuple[re.Match[str], int]]:
    """Yield comments, strings, words and all else that is visible, each with its end."""
    token, edges = re.compile(_LEXEME), re.compile(r"/\*|\*/")  # here: most runs need neither
    while match := token.search(text, position):
        position = match.end()
        if match["dollar"]:
            closing = text.find(match[0], position)
            position = len(text) if closing < 0 else closing + len(match[0])
        depth = 1 if match["block"] else 0
        while depth:
            edge = edges.search(text, position)
            position = edge.end() if edge else len(text)
            depth += (1 if edge[0] == "/*" else -1) if edge else -depth
        yield match, position
