"""What a CHECK constraint says about single columns, read from its expression."""

import json
from collections.abc import Iterator
from typing import Final, NamedTuple

from pglast import parser

from toolkit.source.places import placer
from toolkit.source.queries import Expression
from toolkit.source.query_reader import Reader

_COMPARISONS: Final = frozenset({"=", "<", "<=", ">", ">="})
_TURNED: Final = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LENGTHS: Final = {
    "char_length": "length", "character_length": "length", "length": "length", "octet_length": "octets",
    "cardinality": "elements",
}  # fmt: skip
# Casts that PostgreSQL puts around a column and that change no value; those to text may change the order.
_FAITHFUL_TO_ORDER: Final = frozenset({"numeric", "double precision"})
_FAITHFUL: Final = _FAITHFUL_TO_ORDER | {"text", "character varying", "character"}
_ORDERED: Final = _COMPARISONS - {"="}
_PATTERNS: Final = {
    "~~": "like",
    "like": "like",
    "~~*": "ilike",
    "ilike": "ilike",
    "~": "regex",
    "~*": "iregex",
}


class Limit(NamedTuple):
    """One condition on one column of a table, or on the value of a domain (column "value").

    test: in (values are the set), a comparison such as >= with one value, the same after "length ", "octets "
    or "elements " for what is counted, like, ilike, regex, iregex (values[0] is the pattern), or mentioned
    (the constants that stand beside the column). values: constants as text, without quotes.
    certain: whether the CHECK is false whenever this test is; otherwise it is one way among others.
    """

    column: str
    test: str
    values: tuple[str, ...]
    certain: bool


def read_limits(expression: str) -> tuple[Limit, ...]:
    """Return what the expression of a CHECK constraint says about single columns.

    expression: as PostgreSQL prints it, without the word CHECK. A part that is not understood gives limits
    of the test mentioned. NULL passes every CHECK, which is not said again.
    """
    sql = f"SELECT {expression}"
    statement = json.loads(parser.parse_sql_json(sql))["stmts"][0]["stmt"]
    query = Reader("", placer(sql)).query(statement["SelectStmt"])
    return tuple(_read(query.outputs[0].value, certain=True))


def _read(expression: Expression, *, certain: bool) -> Iterator[Limit]:
    if expression.kind == "boolean":
        every = certain and expression.name == "and"
        for argument in expression.args:
            yield from _read(argument, certain=every)
        return
    limit = _limit(expression, certain=certain)
    if limit is not None:
        yield limit
    else:
        yield from _mentioned(expression)


def _limit(expression: Expression, *, certain: bool) -> Limit | None:
    """Return the limit that an operator sets, None where it is no column against constants."""
    if expression.kind != "operator" or len(expression.args) < 2:  # noqa: PLR2004 - two sides
        return None
    first, *others = expression.args
    name = expression.name
    if name in _COMPARISONS and len(others) == 1 and _bare(first).kind == "constant":
        first, others, name = others[0], [first], _TURNED[name]
    values = [_constant(_bare(value)) for value in _elements(others)]
    if not values or None in values:
        return None
    texts = tuple(value for value in values if value is not None)
    counted = ""
    if first.kind == "call" and first.name in _LENGTHS and len(first.args) == 1:
        counted, first = f"{_LENGTHS[first.name]} ", first.args[0]
    column = _bare(first, _FAITHFUL_TO_ORDER if name in _ORDERED and not counted else _FAITHFUL)
    if column.kind != "column":
        return None
    test = _test(name, counted)
    return Limit(column.name, test, texts, certain) if test else None


def _test(operator: str, counted: str) -> str | None:
    """Return the test that an operator makes of a column, or of what is counted of it."""
    if operator in _COMPARISONS:
        return counted + operator
    if counted:
        return None
    return "in" if operator in ("= any", "in") else _PATTERNS.get(operator)


def _elements(values: list[Expression]) -> list[Expression]:
    only = _bare(values[0])
    return list(only.args) if len(values) == 1 and only.kind == "array" else values


def _mentioned(expression: Expression) -> Iterator[Limit]:
    """Yield every column in an expression with every constant in it."""
    columns: dict[str, None] = {}
    constants: dict[str, None] = {}
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        if part.kind == "column":
            columns[part.name] = None
        elif (text := _constant(part)) is not None:
            constants[text] = None
        waiting += (*part.args, *part.also)
    for column in columns:
        yield Limit(column, "mentioned", tuple(constants), certain=False)


def _bare(expression: Expression, types: frozenset[str] | None = None) -> Expression:
    """Return an expression without the casts around it: all casts, or those to `types` only."""
    while expression.kind == "cast" and (types is None or expression.name.partition("(")[0] in types):
        expression = expression.args[0]
    return expression


def _constant(expression: Expression) -> str | None:
    is_value = expression.kind == "constant" and expression.qualifier != "null"
    return expression.name if is_value else None
