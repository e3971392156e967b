"""What a rehearsal consists of: pieces of PL/pgSQL, each of which stands for one statement of a body.

Whatever the server says about such a piece is a notice with the detail `toolkit NUMBER LINE`, counted in
statements and in lines of the body, and with its context as hint; the next piece follows.
"""

from itertools import pairwise
from typing import Final

from toolkit.source.cursor import bare
from toolkit.source.tokens import TokenReader, Tokens

READING: Final = ("select", "with", "values", "table")
WRITING: Final = ("insert", "update", "delete", "merge")
_SAY: Final = (
    "GET STACKED DIAGNOSTICS toolkit_context = PG_EXCEPTION_CONTEXT; RAISE NOTICE USING MESSAGE = SQLERRM,"
    " ERRCODE = SQLSTATE, DETAIL = 'toolkit {} {}', HINT = toolkit_context;"
)
# SELECT finds no procedure. Of one with OUT parameters it can't tell by the arguments whether it is there.
_CALLED: Final = (
    "WHEN wrong_object_type THEN NULL; WHEN undefined_function THEN IF NOT EXISTS (SELECT FROM"
    " pg_catalog.pg_proc WHERE prokind = 'p' AND proname = '{}' AND 'o' = ANY (proargmodes)) THEN {} END IF;"
)
ROWS: Final = "SELECT * {}FROM ({}\n) AS toolkit_query LIMIT 0;"  # no rows, but their type


def _writes(tokens: Tokens) -> bool:
    """Return whether a query writes, by itself or in its WITH."""
    return tokens[0].word in WRITING or any(
        second.word in WRITING and first.word in ("(", ")") for first, second in pairwise(tokens)
    )


class RehearsalWriter(TokenReader):
    """Writes what stands for the statements of a body.

    written: pieces of the rehearsal. records: how often variables of type record get something. loose: by the
    number of a statement, those that got it last on a way that may not be taken.
    """

    def __init__(self, body: str) -> None:
        """Begin with nothing."""
        super().__init__(body)
        self.written: list[str] = []
        self.records: dict[str, int] = {}
        self.loose: dict[int, frozenset[str]] = {}
        self._loose: set[str] = set()
        self._given: set[str] = set()

    def begin_way(self) -> set[str]:
        """Begin with statements that may be passed by; return what goes to end_way."""
        outer, self._given = self._given, set()
        return outer

    def end_way(self, outer: set[str]) -> None:
        """End with them: nobody knows whether a record has what it got there."""
        self._loose |= self._given
        self._given |= outer

    def guard(self, tokens: Tokens, text: str, called: str = "") -> None:
        """Write what stands for a statement; called: the procedure, where it is a CALL."""
        number = len(self.loose) + 1
        self.loose[number] = frozenset(self._loose)
        say = _SAY.format(number, self.line_of(tokens))
        handlers = _CALLED.format(called, say) if called else ""
        self.written.append(f"BEGIN {text}\nEXCEPTION {handlers} WHEN OTHERS THEN {say} END;\n")

    def explain(self, tokens: Tokens, query: str, called: str = "") -> None:
        """Write a query that is planned and not run; called: as in `guard`."""
        self.guard(tokens, f"FOR toolkit_plan IN EXPLAIN {query}\nLOOP END LOOP;", called)

    def evaluate(self, tokens: Tokens) -> None:
        """Write an expression, or several with commas between."""
        if tokens:
            self.explain(tokens, f"SELECT {self.text_of(tokens)}")

    def as_it_is(self, tokens: Tokens) -> None:
        """Write a statement that may run."""
        self.guard(tokens, f"{self.text_of(tokens)};")

    def give(self, target: str, *, known: bool = False) -> None:
        """Remember that a variable gets something; known: with the fields that it has in the rehearsal."""
        name = bare(target.lower())
        if name in self.records:
            self.records[name] += 1
            self._given.add(name)
            (self._loose.discard if known else self._loose.add)(name)

    def query(self, tokens: Tokens, into: str) -> None:
        """Write a query; into: the variables that get its rows. Records among them get their type."""
        text = self.body[tokens[0].start : tokens[0].end]
        for before, token in pairwise(tokens):
            gap = self.body[before.end : token.start]
            text += (" " if gap.strip() else gap) + self.body[token.start : token.end]
        read = bool(into) and not _writes(tokens)
        self.give(into, known=read)
        if read:
            self.guard(tokens, ROWS.format(f"INTO {into} ", text))
        else:
            self.explain(tokens, text)
