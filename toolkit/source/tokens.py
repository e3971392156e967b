"""Tokens of SQL and PL/pgSQL in a row, as a parser that goes from one to the next wants them."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from pglast import parser

from toolkit.source.places import outline

_OPENING, _CLOSING = ("(", "["), (")", "]")
GIVES: Final = (":=", "=")  # what stands between a variable and what it gets
_COMMENTS: Final = ("SQL_COMMENT", "C_COMMENT")


class Token(NamedTuple):
    """A token from start to end (exclusive); depth: in how many parentheses and brackets it stands.

    word: folded, but quoted names and strings as they are, with their quotes.
    """

    word: str
    start: int
    end: int
    depth: int


Tokens = Sequence[Token]


def scan(text: str) -> list[Token]:
    """Return the tokens of a text without its comments. Raises TokensNotUnderstood."""
    tokens, depth = [], 0
    try:
        scanned = parser.scan(outline(text))
    except parser.ParseError as error:
        raise TokensNotUnderstood(str(error.args[0])) from error
    for token in scanned:
        if token.name in _COMMENTS:
            continue
        word = text[token.start : token.end + 1]
        depth -= word in _CLOSING
        tokens.append(Token(word if word[0] in "\"'" else word.lower(), token.start, token.end + 1, depth))
        depth += word in _OPENING
    return tokens


def find(tokens: Tokens, *words: str, start: int = 0) -> int:
    """Return the place of the first of some words outside of parentheses, the end where there is none."""
    for place in range(start, len(tokens)):
        if tokens[place].depth == 0 and tokens[place].word in words:
            return place
    return len(tokens)


def split(tokens: Tokens) -> list[Tokens]:
    """Cut at the commas that stand in as many parentheses as the first token."""
    parts, start = [], 0
    for place, token in enumerate(tokens):
        if token.word == "," and token.depth == tokens[0].depth:
            parts.append(tokens[start:place])
            start = place + 1
    return [*parts, tokens[start:]]


def names_end(tokens: Tokens, start: int) -> int:
    """Return where a list of names ends, such as that behind INTO."""
    place = start + 1
    while place + 1 < len(tokens) and tokens[place].word in (".", ","):
        place += 2
    return place


def assignment(tokens: Tokens) -> int:
    """Return where `:=` stands behind a name, its fields and elements; 0 in what is no assignment."""
    place = 1
    while place < len(tokens) and (tokens[place].depth or tokens[place].word in ".[]"):
        place += 2 if tokens[place].word == "." and not tokens[place].depth else 1
    return place if place < len(tokens) and tokens[place].word in GIVES else 0


class TokensNotUnderstood(ValueError):  # noqa: N818 - named as the errors of the toolkit are
    """A text is not what it is taken for, as far as that is known here."""


class TokenReader:
    """Goes through the tokens of a text from the first to the last; at: the place of the next one."""

    def __init__(self, body: str) -> None:
        """Begin at the first token."""
        self.body = body
        self.tokens = scan(body)
        self.at = 0

    def peek(self) -> str:
        """Return the word of the next token, an empty one at the end."""
        return self.tokens[self.at].word if self.at < len(self.tokens) else ""

    def take(self, *words: str) -> str:
        """Go behind the next token, which has to be one of the words; return it."""
        word = self.peek()
        if word not in words:
            raise TokensNotUnderstood(f"line {self.line_of(self.tokens[self.at :])}: {words[0]} expected")
        self.at += 1
        return word

    def until(self, *words: str) -> Tokens:
        """Return what stands before one of the words, outside of parentheses, and go behind the word."""
        start, end = self.at, find(self.tokens, *words, start=self.at)
        if end == len(self.tokens):
            raise TokensNotUnderstood(f"line {self.line_of(self.tokens[start:])}: no {words[0]}")
        self.at = end + 1
        return self.tokens[start:end]

    def text_of(self, tokens: Tokens) -> str:
        """Return what stands from the first to the last of some tokens."""
        return self.body[tokens[0].start : tokens[-1].end] if tokens else ""

    def line_of(self, tokens: Tokens) -> int:
        """Return the line of the first of some tokens, the last line where there are none."""
        return self.body.count("\n", 0, tokens[0].start if tokens else len(self.body)) + 1
