"""Reading the text that PostgreSQL and pg_dump write, token by token, so that slices of it stay as written.

That text is regular: keywords are in capitals and identifiers are not, unless in quotes.
"""

from collections.abc import Iterator

from pglast import parser

_OPEN = ("(", "[", "CASE")
_CLOSE = (")", "]", "END")
_COMMENTS = ("SQL_COMMENT", "C_COMMENT")


class Cursor:
    """A place in a text, which moves on over what is taken."""

    def __init__(self, text: str) -> None:
        """Start at the first token of `text`."""
        self._text = text
        self._spans = [(token.start, token.end + 1) for token in parser.scan(text)]
        self._words = [text[start:end] for start, end in self._spans]
        self._next = 0

    @property
    def done(self) -> bool:
        """Whether nothing is left of the statement."""
        return self._next == len(self._words) or self.at(";")

    def at(self, *words: str) -> bool:
        """Return whether these words come next."""
        return self._words[self._next : self._next + len(words)] == list(words)

    def take(self, *words: str) -> bool:
        """Go over these words, if they come next."""
        found = self.at(*words)
        if found:
            self._next += len(words)
        return found

    def word(self) -> str:
        """Take one token."""
        self._next += 1
        return self._words[self._next - 1]

    def name(self) -> str:
        """Take a name with its qualifiers."""
        start = self._next
        self._next += 1
        while self.at("."):
            self._next += 2
        return self._slice(start)

    def group(self) -> str:
        """Take a parenthesis and return what is in it."""
        start = self._next + 1
        self._next = self._after(self._next)
        return self._slice(start, self._next - 1)

    def until(self, *stops: str) -> str:
        """Take everything up to one of these words outside of parentheses and CASE, or to the end."""
        start = self._next
        while not self.done and self._words[self._next] not in stops:
            self._next = self._after(self._next)
        return self._slice(start)

    def parts(self, separator: str) -> Iterator[str]:
        """Take the rest and yield the parts between separators that stand outside of parentheses and CASE."""
        more = True
        while more:
            part = self.until(separator)
            more = self.take(separator)
            if part:
                yield part

    def _after(self, index: int) -> int:
        """Return where the token, parenthesis or CASE that begins at `index` is over."""
        depth = 0
        while True:
            depth += self._words[index] in _OPEN
            depth -= self._words[index] in _CLOSE
            index += 1
            if depth <= 0 or index == len(self._words):
                return index

    def _slice(self, start: int, end: int | None = None) -> str:
        end = self._next if end is None else end
        return self._text[self._spans[start][0] : self._spans[end - 1][1]] if end > start else ""


def statements(text: str) -> list[str]:
    """Return the statements of a text without their semicolons."""
    return list(Cursor(text).parts(";"))


def items(text: str) -> list[str]:
    """Return the parts of a text between commas."""
    return list(Cursor(text).parts(","))


def bare(name: str) -> str:
    """Return an identifier without its quotes."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def quoted(name: str) -> str:
    """Return a name as an identifier in quotes."""
    return '"' + name.replace('"', '""') + '"'


def split_name(name: str) -> tuple[str, str]:
    """Return schema and name without quotes of a qualified name; schema is empty where there is none."""
    *qualifiers, last = (bare(part) for part in Cursor(name).parts("."))
    return (qualifiers[-1] if qualifiers else ""), last


def unqualified(name: str) -> str:
    """Return the last part of a qualified name, as written."""
    return list(Cursor(name).parts("."))[-1]


def built_concurrently(text: str) -> str | None:
    """Return a CREATE INDEX to run beside writers, or again; None where it has no name or its own way."""
    tokens = [token for token in parser.scan(text) if token.name not in _COMMENTS]
    names = [token.name for token in tokens]
    place = names.index("INDEX")
    if names[place + 1] in ("ON", "CONCURRENTLY", "IF_P"):
        return None
    end = tokens[place].end + 1
    return f"{text[:end]} CONCURRENTLY IF NOT EXISTS{text[end:]}"
