"""Bodies of routines and DO blocks, read into steps.

The parser of PL/pgSQL gives each statement its line in the body, and expressions as text. All expressions of
a body are parsed in one go, and each is looked up in the body for its place.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from pglast import parser

from toolkit.source.expressions import Node, read_simple
from toolkit.source.facts import Body, Fact, Handler, Parameter, Problem, Step, Variable
from toolkit.source.places import Place, moved, placer
from toolkit.source.plpgsql import Tree, parse_block
from toolkit.source.queries import Expression, QualifiedName, Use, Uses
from toolkit.source.query_reader import Reader
from toolkit.source.statements import in_one_line

StatementReader = Callable[[Node, Reader], list[Fact]]
_OPTIONS: Final = (
    "errcode", "message", "detail", "hint", "column", "constraint", "datatype", "table", "schema",
)  # fmt: skip
_LEVELS: Final = {21: "exception", 19: "warning", 18: "notice", 17: "info", 15: "log", 14: "debug"}
_KINDS: Final = {
    "block": "block", "assign": "assign", "if": "if", "case": "case", "loop": "loop", "while": "loop",
    "fori": "loop", "fors": "loop", "forc": "loop", "dynfors": "execute", "foreach_a": "loop",
    "exit": "exit", "return": "return", "return_next": "return next", "return_query": "return query",
    "raise": "raise", "assert": "assert", "execsql": "sql", "dynexecute": "execute", "perform": "perform",
    "call": "call", "open": "open", "fetch": "fetch", "close": "close", "getdiag": "diagnostics",
    "commit": "commit", "rollback": "rollback",
}  # fmt: skip
_EXPRESSION = 2  # RAW_PARSE_PLPGSQL_EXPR; above it are the assignments
_EXPRESSIONS: Final = frozenset({
    "sqlstmt", "query", "expr", "cond", "lower", "upper", "step", "t_expr", "dynquery", "argquery", "message",
    "params",
})  # fmt: skip
_BARE: Final = {"targetList", "limitOption", "op"}  # what a SELECT of values has
_DEFAULT: Final = frozenset({"default_val"})
_INTO: Final = re.compile(r" {5,}|\n")
_WORD: Final = re.compile(r"\w")
_VISIBLE: Final = re.compile(r"\S")
_DECLARED: Final = re.compile(
    r'(?:(?<!\w)(?P<name>[\w$]+)|"(?P<quoted>[^"]+)")(?=\s+(?!in\b)[\w"])', re.IGNORECASE
)


class _Piece(NamedTuple):
    """An expression of a body: its text as SQL, and where the text behind `skip` characters stands."""

    sql: str
    skip: int
    place: int


class BodyReading(NamedTuple):
    """A body with what it mentions, the calls in it that build JSON, and what could not be read."""

    body: Body | None
    uses: Uses
    constructors: tuple[Expression, ...]
    problems: tuple[Problem, ...]


def read_plpgsql(
    statement: str,
    header: tuple[tuple[Parameter, ...], str, bool],
    body: str,
    reader: Reader,
    read: StatementReader,
) -> BodyReading:
    """Read the body of a function, a procedure or DO.

    statement: its whole text. header: its parameters, the type it returns, whether it returns many. body:
    what its string holds. reader: turns offsets in the body into such in the file. read: reads a statement.
    """
    parameters, returns, many = header
    try:
        tree = parse_block(statement, body, parameters, returns, many=many)
        return _Body(body, reader, read).read(tree)
    except parser.ParseError as error:
        return _unread(reader, str(error.args[0]))
    except RecursionError:
        return _unread(reader, "the body is nested too deeply")


def read_sql_body(body: str, reader: Reader, read: StatementReader) -> BodyReading:
    """Read the body of a function in language SQL, which is a string of statements."""
    outer = reader.place
    inner = placer(body)
    reader.place = lambda location: outer(inner(location))
    steps = []
    try:
        for raw in json.loads(parser.parse_sql_json(body))["stmts"]:
            reader.start = reader.place(raw.get("stmt_location", 0))
            steps.append(Step(reader.start, "sql", tuple(read(raw["stmt"], reader))))
    except parser.ParseError as error:
        message, offset = error.args
        problem = Problem(outer(offset or 0), "body", in_one_line(message))
        return BodyReading(None, reader.uses(), tuple(reader.constructors), (problem,))
    except RecursionError:
        return _unread(reader, "the body is nested too deeply")
    return BodyReading(Body(outer(0), "sql", (), tuple(steps)), reader.uses(), tuple(reader.constructors), ())


def _unread(reader: Reader, message: str) -> BodyReading:
    return BodyReading(None, Uses(), (), (Problem(reader.place(0), "body", message),))


def _cursor_arguments(datums: list[Tree]) -> set[int]:
    """Return which of the variables of a body are the parameters of its cursors, by number."""
    rows = [node.get("cursor_explicit_argrow", -1) for item in datums for node in item.values()]
    return {
        field["varno"] for row in rows if row >= 0 for field in datums[row]["PLpgSQL_row"].get("fields", ())
    }


def _characters(sql: str) -> Place | None:
    """Return what turns the parser's locations into offsets, None where they are the same."""
    return None if sql.isascii() else placer(sql)


class _Body:
    """One reading of a body of PL/pgSQL."""

    def __init__(self, body: str, reader: Reader, read: StatementReader) -> None:
        self._body = body
        self._folded = body.lower()
        self._reader = reader
        self._outer = reader.place
        self._read = read
        self._lines = [0, *(match.end() for match in re.finditer("\n", body))]
        self._pieces: list[_Piece] = []
        self._facts: dict[int, tuple[Fact, ...]] = {}  # by the id of the expression's node
        self._raises: list[Use] = []
        self._reached = 0  # how far in the body the steps are read

    def read(self, tree: Tree) -> BodyReading:
        nodes: list[Tree] = []
        self._collect(tree, 1, nodes)
        for node, facts in zip(nodes, self._parsed(), strict=True):
            self._facts[id(node)] = facts
        block = tree["action"]["PLpgSQL_stmt_block"]
        body = Body(self._outer(0), "plpgsql", self._variables(tree), (self._step("block", block),))
        uses = self._reader.uses()._replace(raises=tuple(self._raises))
        return BodyReading(body, uses, tuple(self._reader.constructors), ())

    def _collect(self, node: Tree, line: int, nodes: list[Tree]) -> None:
        """Gather the expressions in a tree, each with its place in the body."""
        line = node.get("lineno", line)
        for key, value in node.items():
            if key == "PLpgSQL_expr":
                piece = self._piece(value["query"], value.get("parseMode", 0), line)
                simple = read_simple(piece.sql[piece.skip :]) if piece.skip else None
                if simple is None:
                    nodes.append(value)
                    self._pieces.append(piece)
                else:
                    place = self._outer(max(piece.place + simple.start, 0))
                    self._facts[id(value)] = (simple._replace(start=place),)
            elif type(value) is dict:
                if key != "datatype":
                    self._collect(value, line, nodes)
            elif type(value) is list:
                for item in value:
                    self._collect(item, line, nodes)

    def _piece(self, query: str, mode: int, line: int) -> _Piece:
        start = self._line(line)
        place = self._find(query, start)
        if mode < _EXPRESSION:
            return _Piece(query, 0, place)
        if mode > _EXPRESSION:
            value = max(query.find("="), 0) + 1
            return _Piece("SELECT " + query[value:], len("SELECT "), place + value)
        return _Piece("SELECT " + query, len("SELECT "), place)

    def _find(self, query: str, start: int) -> int:
        """Return where a query stands in the body; the INTO in it has been blanked out."""
        found = self._body.find(query, start)
        if found < 0:
            head = _INTO.split(query, maxsplit=1)[0].rstrip()
            found = self._body.find(head or query[:1], start)
        if found < 0 and query.startswith("SELECT"):  # PERFORM, which the parser has turned into it
            found = self._folded.find("perform", start)
            found = found + len("perform") - len("SELECT") if found >= 0 else found
        elif query.isidentifier():
            found = self._whole_word(query, found)
        return max(found, 0) if found >= 0 else start

    def _whole_word(self, word: str, found: int) -> int:
        """Return where a word stands that is found in the body at first as part of another, perhaps."""
        place = found
        while place >= 0:
            end = place + len(word)
            if not (_WORD.match(self._body, end) or (place and _WORD.match(self._body, place - 1))):
                return place
            place = self._body.find(word, place + 1)
        return found

    def _line(self, number: int) -> int:
        return self._lines[min(number, len(self._lines)) - 1]

    def _parsed(self) -> Iterator[tuple[Fact, ...]]:
        """Yield the facts of each piece; what does not parse has none."""
        try:
            yield from self._together()
        except parser.ParseError:
            for piece in self._pieces:
                try:
                    statements = json.loads(parser.parse_sql_json(piece.sql))["stmts"]
                except parser.ParseError:
                    statements = []
                yield self._facts_of(piece, statements, _characters(piece.sql), 0)

    def _together(self) -> list[tuple[Fact, ...]]:
        starts, position = [], 0
        for piece in self._pieces:
            starts.append(position)
            position += len(piece.sql) + 2
        sql = ";\n".join(piece.sql for piece in self._pieces)
        characters = _characters(sql)
        parsed: list[list[Node]] = [[] for _ in self._pieces]
        for raw in json.loads(parser.parse_sql_json(sql))["stmts"] if sql else ():
            location = raw.get("stmt_location", 0)
            place = characters(location) if characters else location
            parsed[bisect_right(starts, place) - 1].append(raw)
        return [
            self._facts_of(piece, raws, characters, start)
            for piece, raws, start in zip(self._pieces, parsed, starts, strict=True)
        ]

    def _facts_of(
        self, piece: _Piece, raws: list[Node], characters: Place | None, start: int
    ) -> tuple[Fact, ...]:
        """Return what a piece says, which stands at `start` in the text that was parsed into `raws`."""
        reader = self._reader
        place = moved(self._outer, piece.place - piece.skip - start)
        reader.place = (lambda location: place(characters(location))) if characters else place
        reader.start = self._outer(max(piece.place, 0))
        if piece.skip and len(raws) == 1:
            query = raws[0]["stmt"].get("SelectStmt", raws[0])
            if query.keys() <= _BARE and len(query["targetList"]) == 1:
                return (reader.expression(query["targetList"][0]["ResTarget"]["val"]),)
        facts = [fact for raw in raws for fact in self._read(raw["stmt"], reader)]
        return tuple(facts)

    def _variables(self, tree: Tree) -> tuple[Variable, ...]:
        found = []
        arguments = _cursor_arguments(tree["datums"])
        for number, item in enumerate(tree["datums"]):
            ((tag, node),) = item.items()
            name = node.get("refname", "")
            line = 0 if number in arguments else node.get("lineno", 0)
            if tag not in ("PLpgSQL_var", "PLpgSQL_rec") or not line or name.startswith("__Case__"):
                continue
            start = self._line(line)
            type_ = node.get("datatype", {}).get("PLpgSQL_type", {}).get("typname", "record")
            place = self._declared(name, start)
            if place < 0:
                continue  # the variable of a FOR loop, SQLERRM
            default = self._values(node, _DEFAULT)
            found.append(
                Variable(
                    self._outer(place),
                    name,
                    type_,
                    tag == "PLpgSQL_rec" or type_.endswith("%rowtype"),
                    bool(node.get("isconst")),
                    default[0] if default and isinstance(default[0], Expression) else None,
                )
            )
        return tuple(found)

    def _declared(self, name: str, start: int) -> int:
        """Return where a line declares a variable, -1 where it does not."""
        end = self._body.find("\n", start)
        for match in _DECLARED.finditer(self._body, start):
            if match.start() > end >= 0:
                break
            if (match["quoted"] or match["name"]).lower() == name.lower():
                return match.start()
        return -1

    def _values(self, node: Tree, keys: frozenset[str]) -> tuple[Fact, ...]:
        """Return the facts of the expressions under some keys."""
        found: tuple[Fact, ...] = ()
        for key, value in node.items():
            if key in keys:
                for item in value if isinstance(value, list) else (value,):
                    if "PLpgSQL_expr" in item:
                        found += self._facts[id(item["PLpgSQL_expr"])]
        return found

    def _steps(self, items: list[Tree] | None) -> tuple[Step, ...]:
        found = []
        for item in items or ():
            ((tag, node),) = item.items()
            if "lineno" in node:  # else the RETURN that the compiler adds at the end
                found.append(self._step(tag.removeprefix("PLpgSQL_stmt_"), node))
        return tuple(found)

    def _step(self, tag: str, node: Tree) -> Step:
        self._reached = max(self._reached, self._line(node.get("lineno", 1)))
        kind = "execute" if "dynquery" in node else _KINDS.get(tag, tag)
        step = Step(
            self._place(tag, node),
            kind,
            self._values(node, _EXPRESSIONS),
            into=self._targets(tag, node),
            strict=bool(node.get("strict")),
        )
        if tag == "raise":
            return self._raise(step, node)
        if tag == "block":
            handlers = node.get("exceptions", {}).get("PLpgSQL_exception_block", {}).get("exc_list", ())
            return step._replace(
                branches=(self._steps(node.get("body")),),
                handlers=tuple(self._handler(item["PLpgSQL_exception"], step.start) for item in handlers),
            )
        if tag == "if":
            others = [item["PLpgSQL_if_elsif"] for item in node.get("elsif_list", ())]
            bodies = [node.get("then_body"), *(other.get("stmts") for other in others), node.get("else_body")]
            conditions = tuple(fact for other in others for fact in self._values(other, _EXPRESSIONS))
            return step._replace(
                facts=step.facts + conditions, branches=tuple(self._steps(body) for body in bodies)
            )
        if tag == "case":
            whens = [item["PLpgSQL_case_when"] for item in node.get("case_when_list", ())]
            conditions = tuple(fact for when in whens for fact in self._values(when, _EXPRESSIONS))
            bodies = [*(when.get("stmts") for when in whens), node.get("else_stmts")]
            return step._replace(
                facts=step.facts + conditions, branches=tuple(self._steps(body) for body in bodies)
            )
        if "body" in node:
            return step._replace(branches=(self._steps(node["body"]),))
        return step

    def _place(self, tag: str, node: Tree) -> int:
        start = self._line(node.get("lineno", 1))
        word = {"block": "begin", "fori": "for", "fors": "for", "foreach_a": "foreach"}.get(tag, tag)
        end = self._body.find("\n", start)
        found = self._folded.find(word, start, end if end >= 0 else len(self._body))
        if found < 0:
            rest = _VISIBLE.search(self._body, start)
            found = rest.start() if rest else len(self._body)
        return self._outer(found)

    def _targets(self, tag: str, node: Tree) -> tuple[str, ...]:
        if tag == "assign":
            query = node["expr"]["PLpgSQL_expr"]["query"]
            return (query.partition("=")[0].rstrip(": \t\n").lower(),)
        found: tuple[str, ...] = ()
        for target in (node.get("target"), node.get("var")):
            if isinstance(target, dict):
                ((_, row),) = target.items()
                fields = row.get("fields")
                found += tuple(field["name"] for field in fields) if fields else (row["refname"],)
        return found

    def _raise(self, step: Step, node: Tree) -> Step:
        options = []
        for item in node.get("options", ()):
            option = item["PLpgSQL_raise_option"]
            name = _OPTIONS[option.get("opt_type", 0)]
            values = self._values(option, _EXPRESSIONS)
            value = (
                values[0] if values and isinstance(values[0], Expression) else Expression(step.start, "other")
            )
            options.append((name, value))
            if name == "constraint" and value.kind == "constant":
                self._raises.append(Use(value.start, QualifiedName("", value.name)))
        condition = node.get("condname", "")
        return step._replace(
            level=_LEVELS.get(node.get("elog_level", 21), "exception"),
            condition=condition,
            options=tuple(options),
            bare=not (condition or options or "message" in node),
        )

    def _handler(self, node: Tree, start: int) -> Handler:
        """Read a handler, which the parser gives no line: it stands behind all that was read before it."""
        names = tuple(item["PLpgSQL_condition"]["condname"].lower() for item in node.get("conditions", ()))
        first = re.escape(names[0]) if names else ""
        found = re.compile(rf"\bwhen\s+(?:sqlstate\s+')?({first})").search(self._folded, self._reached)
        if found is not None:
            self._reached = found.end()
        steps = self._steps(node.get("action"))
        return Handler(self._outer(found.start(1)) if found else start, names, steps)
