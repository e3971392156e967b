"""A body of PL/pgSQL rewritten so that the server resolves all that stands in it and runs none of it.

PL/pgSQL looks up the names of a statement when it first gets there, which may be never. A rehearsal is a DO
block with the variables and the blocks of a body, but without its branches and loops: each of its statements
stands there once, behind EXPLAIN or with LIMIT 0, one after the other. The server itself resolves it then,
variables included; what it says about a statement is a notice, and the next one follows.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from toolkit.source.cursor import bare, quoted
from toolkit.source.rehearsal_text import READING, ROWS, WRITING, RehearsalWriter
from toolkit.source.tokens import (
    GIVES,
    Tokens,
    TokensNotUnderstood,
    assignment,
    find,
    names_end,
    scan,
    split,
)

_LEVELS: Final = ("debug", "log", "info", "notice", "warning", "exception")
# They have no expressions, and name nothing that a schema declares.
_IDLE: Final = ("null", "get", "commit", "rollback", "set", "reset", "notify", "listen", "unlisten")
# Their names are looked up when they run, and a scratch database takes back what they do.
_RUN: Final = ("truncate", "lock", "refresh", "analyze")
_DATA: Final = (["with", "data"], ["with", "no", "data"])
_TEMPORARY: Final = {"temp", "temporary"}


class Rehearsal(NamedTuple):
    """text: of the DO block. skipped: line in the body and first word of what is not in it.

    loose: by the number of a statement, the records whose fields depend on the way that the body goes.
    """

    text: str
    skipped: tuple[tuple[int, str], ...]
    loose: dict[int, frozenset[str]]


def rehearse(name: str, variables: Sequence[tuple[str, str]], body: str) -> Rehearsal:
    """Return the rehearsal of a body.

    name: of the routine. variables: names and types of its parameters in their order, and of what a trigger
    is given. See toolkit.source.rehearsal_text for the notices. Raises TokensNotUnderstood.
    """
    names = [quoted(variable) for variable, _ in variables]
    try:
        reading = _Reading(_without_numbers(body, [f"{quoted(name)}.{each}" for each in names]))
        directives = reading.directives()
        reading.block(reading.label())
    except IndexError as error:
        raise TokensNotUnderstood("a statement ends too early") from error
    declared = "".join(f"{name} {type_};\n" for name, (_, type_) in zip(names, variables, strict=True))
    text = (
        f"{directives}<<{quoted(name)}>>\nDECLARE\n{declared}toolkit_plan text;\ntoolkit_context text;\n"
        f"BEGIN\n{''.join(reading.written)}END"
    )
    often = {name for name, count in reading.records.items() if count > 1}
    loose = {number: names & often for number, names in reading.loose.items()}
    return Rehearsal(text, tuple(reading.skipped), loose)


def _without_numbers(body: str, names: Sequence[str]) -> str:
    """Return a body in which parameters that are called by their numbers, as in $1, have their names.

    names: behind that of the routine, since no column is meant.
    """
    for token in reversed(scan(body)):
        number = token.word[1:]
        if token.word.startswith("$") and number.isdigit() and 0 < int(number) <= len(names):
            body = body[: token.start] + names[int(number) - 1] + body[token.end :]
    return body


class _Reading(RehearsalWriter):
    """Reads a body from the first token to the last, and writes what the server has to resolve.

    skipped: line in the body and first word of what is not written.
    """

    def __init__(self, body: str) -> None:
        super().__init__(body)
        self.skipped: list[tuple[int, str]] = []
        self._by_head: dict[str, Callable[[str], None]] = {
            "declare": self.block,
            "begin": self.block,
            "if": self._if,
            "case": self._case,
            "loop": self._loop,
            "while": self._while,
            "for": self._for,
            "foreach": self._foreach,
        }
        self._by_word: dict[str, Callable[[Tokens], None]] = {
            "perform": lambda tokens: self.evaluate(tokens[1:]),
            "assert": lambda tokens: self.evaluate(tokens[1:]),
            "exit": lambda tokens: self.evaluate(tokens[find(tokens, "when") + 1 :]),
            "continue": lambda tokens: self.evaluate(tokens[find(tokens, "when") + 1 :]),
            "return": self._return,
            "raise": self._raise,
            "execute": self._execute,
            "call": self._call,
            "open": self._open,
            "fetch": self._fetch,
            "move": self.as_it_is,
            "close": self.as_it_is,
        }

    def directives(self) -> str:
        """Read what begins with `#`, and return it with a line for each."""
        start = self.at
        while self.peek() == "#":
            self.at += 3
        return "".join(f"{self.text_of(self.tokens[at : at + 3])}\n" for at in range(start, self.at, 3))

    # Blocks

    def label(self) -> str:
        """Read what begins with `<<`, where it is there, and return it."""
        start = self.at
        if self.peek() == "<<":
            self.at += 3
        return f"{self.text_of(self.tokens[start : self.at])}\n"

    def block(self, label: str) -> None:
        """Read a block, from DECLARE or BEGIN to END, and write it."""
        self.written.append(label)
        first: list[Callable[[], None]] = []
        while self.peek() == "declare":
            self.at += 1
            self.written.append("DECLARE\n")
            while self.peek() not in ("begin", "declare"):
                first += self._declaration(self.until(";"))
        self.take("begin")
        self.written.append("BEGIN\n")
        for write in first:
            write()
        self._steps("end", "exception")
        if self.peek() == "exception":
            self.at += 1
            while self.peek() == "when":
                self.until("then")
                self.written.append("BEGIN RAISE SQLSTATE 'TK000'; EXCEPTION WHEN OTHERS THEN\n")
                self._steps("when", "end")
                self.written.append("END;\n")
        self._end()
        self.written.append("END;\n")

    def _end(self, *words: str) -> None:
        """Read END and what belongs to it; the last one needs no semicolon."""
        for word in ("end", *words):
            self.take(word)
        self.at += self.peek() not in ("", ";")  # a label
        self.at += self.peek() == ";"

    def _declaration(self, tokens: Tokens) -> list[Callable[[], None]]:
        """Write a declaration without what it gives to the variable; return what writes that."""
        words = [token.word for token in tokens]
        if "cursor" in words[1:4]:
            return [self._cursor(tokens, words.index("cursor"))]
        if words[1:2] == ["alias"]:
            self.written.append(f"{self.text_of(tokens)};\n")
            return []
        end = find(tokens, *GIVES, "default")
        type_ = tokens[2 if words[1:2] == ["constant"] else 1 : end]
        if [token.word for token in type_[-2:]] == ["not", "null"]:
            type_ = type_[:-2]
        if [token.word for token in type_] == ["record"]:
            self.records[bare(words[0])] = 0
        self.written.append(f"{words[0]} {self.text_of(type_)};\n")
        return [partial(self.evaluate, tokens[end + 1 :])]

    def _cursor(self, tokens: Tokens, place: int) -> Callable[[], None]:
        start = find(tokens, "for", "is", start=place)
        query = tokens[start + 1 :]
        rows = ROWS.format("", self.text_of(query))
        self.written.append(f"{self.text_of(tokens[:start])} FOR {rows}\n")
        arguments = [part for part in split(tokens[place + 2 : start - 1]) if part]
        declared = "".join(f"{self.text_of(part)};\n" for part in arguments)

        def write() -> None:
            self.written.append(f"DECLARE\n{declared}BEGIN\n")
            self.explain(query, self.text_of(query))
            self.written.append("END;\n")

        return write

    def _steps(self, *ends: str) -> None:
        """Read statements up to one of the words, and write them."""
        outer = self.begin_way()
        while self.peek() not in ends:
            label = self.label()
            head = self._by_head.get(self.peek())
            if head and not assignment(self.tokens[self.at : self.at + 2]):
                head(label)
            else:
                self._statement(self.until(";"))
        self.end_way(outer)

    def _statement(self, tokens: Tokens) -> None:
        place = assignment(tokens)
        word = tokens[0].word if tokens else "null"
        if place:
            self._assign(tokens, place)
        elif word in self._by_word:
            self._by_word[word](tokens)
        elif word not in _IDLE:
            self._sql(tokens)

    # Branches and loops

    def _if(self, _: str) -> None:
        while self.peek() != "end":
            if self.take("if", "elsif", "elseif", "else") != "else":
                self.evaluate(self.until("then"))
            self._steps("elsif", "elseif", "else", "end")
        self._end("if")

    def _case(self, _: str) -> None:
        self.at += 1
        subject = self.until("when")
        self.evaluate(subject)
        self.at -= 1
        while self.peek() != "end":
            if self.take("when", "else") == "when":
                value = self.until("then")
                compared = f"SELECT ({self.text_of(subject)}) IN ({self.text_of(value)})"
                self.explain(value, compared if subject else f"SELECT {self.text_of(value)}")
            self._steps("when", "else", "end")
        self._end("case")

    def _loop(self, label: str) -> None:
        self.at += 1
        self._rounds(label)

    def _while(self, label: str) -> None:
        self.at += 1
        self.evaluate(self.until("loop"))
        self._rounds(label)

    def _rounds(self, label: str, declared: str = "", write: Callable[[], None] = lambda: None) -> None:
        """Read a loop behind LOOP; declared: its variable. write: what comes first in a round."""
        self.written.append(f"{label}{declared}BEGIN\n")
        write()
        self._steps("end")
        self._end("loop")
        self.written.append("END;\n")

    def _foreach(self, label: str) -> None:
        self.until("array")
        self.evaluate(self.until("loop"))
        self._rounds(label)

    def _for(self, label: str) -> None:
        self.at += 1
        targets = self.text_of(self.until("in"))
        what = self.until("loop")
        dots, by = find(what, ".."), find(what, "by")
        if what[0].word == "execute":
            self.give(targets)
            self._execute(what)
            self._rounds(label)
        elif dots < len(what):
            for part in (what[what[0].word == "reverse" : dots], what[dots + 1 : by], what[by + 1 :]):
                self.evaluate(part)
            self._rounds(label, f"DECLARE {targets} integer;\n")
        elif what[0].word in ("(", *READING, *WRITING):
            self.query(what, targets)
            self._rounds(label)
        else:
            name = self.text_of(what[: find(what, "(")])
            text = f"FETCH {name} INTO {targets}; CLOSE {name};"
            self._rounds(label, f"DECLARE {targets} record;\n", partial(self._open_bound, what, text))

    # Statements

    def _assign(self, tokens: Tokens, place: int) -> None:
        target, given = tokens[:place], tokens[place + 1 :]
        if len(target) > 1:
            self.evaluate(target)  # its field may be none of the row
        copied = len(target) == len(given) == 1 and bare(target[0].word) in self.records
        self.give(self.text_of(target), known=copied)
        if copied:
            self.as_it_is(tokens)  # of a variable, whose fields it has from here on
        else:
            self.evaluate(given)

    def _return(self, tokens: Tokens) -> None:
        words = [token.word for token in tokens[1:3]]
        if words == ["query", "execute"]:
            self._execute(tokens[2:])
        elif words[:1] == ["query"]:
            self.explain(tokens[2:], self.text_of(tokens[2:]))
        else:
            self.evaluate(tokens[2 if words[:1] == ["next"] else 1 :])

    def _raise(self, tokens: Tokens) -> None:
        said = tokens[2 if len(tokens) > 1 and tokens[1].word in _LEVELS else 1 :]
        using = find(said, "using")
        for part in split(said[:using])[1:]:
            self.evaluate(part)
        for part in split(said[using + 1 :]):
            self.evaluate(part[2:])

    def _execute(self, tokens: Tokens) -> None:
        """Write the expressions of an EXECUTE; nobody knows the text that it runs."""
        self.skipped.append((self.line_of(tokens), "EXECUTE"))
        into, using = find(tokens, "into"), find(tokens, "using")
        self.evaluate(tokens[1 : min(into, using)])
        self.evaluate(tokens[using + 1 : into if into > using else len(tokens)])
        start = into + 1 + (find(tokens, "strict") == into + 1)
        self.give(self.text_of(tokens[start : names_end(tokens, start)]))

    def _open(self, tokens: Tokens) -> None:
        start = find(tokens, "for")
        query = tokens[start + 1 :]
        if not query:
            self._open_bound(tokens[1:])
        elif query[0].word == "execute":
            self._execute(query)
        else:
            rows = ROWS.format("", self.text_of(query))
            self.guard(query, f"{self.text_of(tokens[:start])} FOR {rows}")

    def _open_bound(self, tokens: Tokens, text: str = "") -> None:
        """Write the arguments of a cursor, and an OPEN without them; text: what comes behind it."""
        start, given = find(tokens, "("), []
        for part in split(tokens[start + 1 : -1]):
            named = 2 if [token.word for token in part[1:2]] in ([":="], ["=>"]) else 0
            self.evaluate(part[named:])
            given.append(f"{self.text_of(part[:named])} NULL")
        arguments = f"({', '.join(given)})" if start < len(tokens) else ""
        self.guard(tokens, f"OPEN {self.text_of(tokens[:start])}{arguments}; {text}")

    def _fetch(self, tokens: Tokens) -> None:
        self.give(self.text_of(tokens[find(tokens, "into") + 1 :]), known=True)
        self.as_it_is(tokens)

    def _call(self, tokens: Tokens) -> None:
        name = bare(tokens[max(find(tokens, "(") - 1, 0)].word).replace("'", "''")
        self.explain(tokens, f"SELECT {self.text_of(tokens[1:])}", name)

    def _sql(self, tokens: Tokens) -> None:
        """Write a statement of SQL, without the variables that it gives something to."""
        words = [token.word for token in tokens]
        if words[0] not in (*READING, *WRITING):
            self._other(tokens, words)
            return
        places = (at for at in range(1, len(words)) if words[at] == "into")
        into = next((at for at in places if words[at - 1] not in ("insert", "merge")), len(words))
        start = into + 1 + (words[into + 1 : into + 2] == ["strict"])
        end = names_end(tokens, start)
        targets = tokens[start:end]
        self.query([*tokens[:into], *tokens[end:]], self.text_of(targets))
        for target in split(targets):
            if len(target) > 1:
                self.evaluate(target)  # its field may be none of the row

    def _other(self, tokens: Tokens, words: list[str]) -> None:
        temporary = words[0] == "create" and "table" in words[2:4] and _TEMPORARY.intersection(words[1:3])
        if temporary and find(tokens, "as") < len(tokens):
            ends = (at for at in (len(words) - 2, len(words) - 3) if words[at:] in _DATA)
            query = tokens[: next(ends, len(words))]
            self.guard(tokens, f"{self.text_of(query)} WITH NO DATA;")
        elif temporary or words[0] in _RUN:
            self.as_it_is(tokens)
        else:
            self.skipped.append((self.line_of(tokens), words[0].upper()))
