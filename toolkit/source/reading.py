"""SQL text, read into facts: a file is parsed once, and statement by statement where that fails."""

import json
from collections.abc import Iterator
from typing import Final

from pglast import parser

from toolkit.source.bodies import read_plpgsql, read_sql_body
from toolkit.source.changes import CHANGES
from toolkit.source.definitions import DEFINITIONS
from toolkit.source.expressions import Node
from toolkit.source.facts import Declared, Do, Drop, Fact, Index, Other, Problem, Routine, Statement, Trigger
from toolkit.source.places import Place, body_placer, outline, placer
from toolkit.source.psql import blank
from toolkit.source.queries import QualifiedName, Uses
from toolkit.source.query_reader import Reader
from toolkit.source.statements import in_one_line

_BODIED: Final = (Routine, Do)
_QUERIES: Final = frozenset({"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})
_READERS: Final = DEFINITIONS | CHANGES
_SAYS_NOTHING: Final = ("CommentStmt", "DoStmt")  # the one to no rule, the other beside its body
_COMMENTS: Final = ("SQL_COMMENT", "C_COMMENT")
_RULE_WORDS: Final = 4  # CREATE OR REPLACE RULE
# Facts that the parser gives no place, or one that is not their name's.
_NAMED: Final = frozenset({Routine, Index, Trigger, Declared, Drop})


def read_facts(text: str, schema: str, *, bodies: bool = True) -> tuple[Fact, ...]:
    """Return what SQL text says, in order: each statement's Statement, then its facts.

    schema: that of names without one. bodies: whether to read the bodies of routines and DO blocks. What
    can't be read becomes a Problem and hides nothing else; commands and variables of psql are passed over.
    """
    clean = ""
    for blanked in (False, True):
        clean = blank(text) if blanked else text
        try:
            return tuple(_read(text, clean, 0, schema, bodies=bodies))
        except (parser.ParseError, RecursionError):
            continue
    return tuple(_read_apart(text, clean, schema, bodies=bodies))


def read_statement(wrapped: Node, reader: Reader) -> list[Fact]:
    """Return the facts of one statement under its tag; `reader` notes what it mentions."""
    ((tag, node),) = wrapped.items()
    if tag in _QUERIES:
        return [reader.statement(wrapped)]
    read = _READERS.get(tag)
    if read is not None:
        return read(node, reader)
    if tag in ("ExplainStmt", "PrepareStmt", "DeclareCursorStmt", "CopyStmt"):
        if "query" in node:
            return read_statement(node["query"], reader)
        return [Other(reader.start, tag.removesuffix("Stmt").upper())]
    return [] if tag in _SAYS_NOTHING else [Other(reader.start, tag.removesuffix("Stmt").upper())]


def _read(text: str, sql: str, base: int, schema: str, *, bodies: bool) -> Iterator[Fact]:
    """Yield the facts of `sql`, which stands in `text` at `base`."""
    place = placer(sql, base)
    reader = Reader(schema, place)
    for raw in json.loads(parser.parse_sql_json(sql))["stmts"]:
        location = raw.get("stmt_location", 0)
        start = place(location)
        end = place(location + raw["stmt_len"]) if "stmt_len" in raw else base + len(sql.rstrip())
        yield Statement(start, end, text[start : start + 20].split(None, 1)[0].upper())
        reader.begin(start)
        facts = read_statement(raw["stmt"], reader)
        if "DoStmt" in raw["stmt"]:
            facts.append(Do(start, None))
        for fact in facts:
            kind = type(fact)
            if kind in _NAMED:
                fact = kind._make((_find(text, _name(fact), start, end), *fact[1:]))  # noqa: PLW2901
            as_written = sql is text or text[start:end] == sql[start - base : end - base]
            if isinstance(fact, Routine) and "stmt_len" in raw and as_written:
                fact = fact._replace(end=end)  # noqa: PLW2901
            if bodies and isinstance(fact, _BODIED) and fact.body is None:
                (node,) = raw["stmt"].values()
                yield from _with_body(fact, node, text, start, end, place, schema)
            else:
                yield fact
        if reader.constructors:
            yield from reader.constructors


def _read_apart(text: str, clean: str, schema: str, *, bodies: bool) -> Iterator[Fact]:
    """Yield the facts of a text that does not parse as a whole, and what is wrong with the rest.

    clean: the text without what is psql's.
    """
    problem = None
    while True:
        try:
            pieces = list(_pieces(outline(clean)))
            break
        except parser.ParseError as error:  # a string without an end or the like: what is before can be read
            message, offset = error.args
            place = min(offset or 0, len(clean) - 1)
            problem = problem or Problem(place, "syntax", in_one_line(message))
            clean = clean[:place]
    stop = len(clean.rstrip()) if problem else -1
    for start, end in pieces:
        sql = clean[start:end]
        try:
            yield from list(_read(text, sql, start, schema, bodies=bodies))
        except parser.ParseError as error:
            message, offset = error.args
            yield Statement(start, end, sql.split(None, 1)[0].upper())
            if problem is None or end < stop:
                place = start + (len(sql.rstrip()) if offset is None else offset)
                yield Problem(place, "syntax", in_one_line(message))
        except RecursionError:
            yield Statement(start, end, sql.split(None, 1)[0].upper())
            yield Problem(start, "syntax", "the statement is nested too deeply")
    if problem is not None:
        yield problem


class _Open:
    """What of a statement is open when a semicolon comes: in a rule and in a body it does not end there."""

    def __init__(self) -> None:
        self._words: list[str] = []  # the first ones
        self._last = ""
        self._parentheses = self._blocks = 0

    def take(self, name: str) -> None:
        """Take the next token of the statement."""
        if len(self._words) < _RULE_WORDS:
            self._words.append(name)
        self._parentheses += (name == "ASCII_40") - (name == "ASCII_41")
        begins = name == "ATOMIC" and self._last == "BEGIN_P"
        if begins or self._blocks:
            self._blocks += (begins or name == "CASE") - (name == "END_P")
        self._last = name

    def goes_on(self) -> bool:
        """Return whether the statement goes on behind a semicolon."""
        return self._blocks > 0 or (self._parentheses > 0 and "RULE" in self._words)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the statements of a text are, without what is wrong with one reaching into the next."""
    parts: list[tuple[int, int]] = []
    start = end = -1
    open_ = _Open()
    for token in parser.scan(text):
        if token.name == "ASCII_59":
            if start >= 0:
                parts.append((start, end))
            if parts and not open_.goes_on():
                yield parts[0][0], parts[-1][1]
                parts, open_ = [], _Open()
            start = -1
        elif token.name not in _COMMENTS:
            start, end = token.start if start < 0 else start, token.end + 1
            open_.take(token.name)
    yield from parts  # a body without its end
    if start >= 0:
        yield start, end


def _name(fact: Fact) -> str:
    name: str | QualifiedName = getattr(fact, "name", "")
    return name if isinstance(name, str) else name.name


def _find(text: str, name: str, start: int, end: int) -> int:
    """Return where a statement first says a name, its start where it does not."""
    found = text.find(name, start, end) if name else start
    if found < 0:
        found = text[start:end].lower().find(name) + start
    return max(found, start)


def _with_body(
    fact: Routine | Do, node: Node, text: str, start: int, end: int, place: Place, schema: str
) -> Iterator[Fact]:
    """Yield a routine or DO block with the body that its string holds, and what else that gives."""
    items: list[Node] = node.get("args" if isinstance(fact, Do) else "options", [])
    options = {item["DefElem"]["defname"]: item["DefElem"] for item in items}
    source = options.get("as", {})
    argument = source.get("arg", {})
    strings = argument.get("List", {}).get("items", [argument])
    body = strings[0].get("String", {}).get("sval", "") if len(strings) == 1 else ""
    language = fact.language if isinstance(fact, Routine) else _language(options)
    if not body or language not in ("plpgsql", "sql"):
        yield fact
        return
    located = source.get("arg_location", -1)
    inner = body_placer(text, body, place(located) if located >= 0 else start, end)
    reader = Reader(schema, inner, inner(0))
    if language == "plpgsql":
        header = (fact.parameters, fact.returns, fact.set) if isinstance(fact, Routine) else ((), "", False)
        read = read_plpgsql(text[start:end], header, body, reader, read_statement)
    else:
        read = read_sql_body(body, reader, read_statement)
    yield fact._replace(body=read.body, uses=_joined(fact.uses, read.uses))
    yield from read.constructors
    yield from read.problems


def _joined(first: Uses, second: Uses) -> Uses:
    return Uses(*(mine + theirs for mine, theirs in zip(first, second, strict=True)))


def _language(options: dict[str, Node]) -> str:
    text: str = options.get("language", {}).get("arg", {}).get("String", {}).get("sval", "plpgsql")
    return text.lower()
