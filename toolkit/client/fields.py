"""What a query can name: the columns of a read model, and the keys and paths of its document."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, Final, NamedTuple

from toolkit.client.checks import Checker, make_checker
from toolkit.client.errors import meant
from toolkit.client.sqltext import quote, quote_name, quote_text, quote_type
from toolkit.core.contract import UNSORTED, Column, ReadModel, Typed
from toolkit.core.shapes import Array, Object, Scalar, Shape

_DOCUMENT: Final = "data"
_ID: Final = "id"
_ALIAS: Final = (
    "toolkit_model"  # before every column: a bare name in ORDER BY is one of what is selected first
)
# Types without an operator for equality.
_INCOMPARABLE: Final = frozenset({"json", "xml", "point", "polygon", "jsonpath"})
_TEXTS: Final = frozenset({"text", "varchar", "char", "citext", "name"})
# Types that a text of a document is cast to by a function that PostgreSQL calls immutable.
_INDEXED: Final = frozenset({
    "text", "varchar", "smallint", "integer", "bigint", "numeric", "float4", "float8", "boolean", "uuid",
    "jsonb",
})  # fmt: skip
_COMPARED: Final = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_LISTED: Final = {"in": "= ANY", "not_in": "<> ALL"}
_MATCHED: Final = {"like": "LIKE", "ilike": "ILIKE"}
_NESTED: Final = {"contains": "@>", "overlaps": "&&"}
OPERATORS: Final = (*_COMPARED, *_LISTED, *_MATCHED, *_NESTED, "is_null")


class Test(NamedTuple):
    """A condition on one field: SQL with one place for a value, and the checker of the value."""

    sql: str
    check: Checker


class Field:
    """A column, or a path into the document. in_document: the server has to open each document to see it."""

    def __init__(self, name: str, expression: str, typed: Typed, schema: str, *, in_document: bool) -> None:
        """Take the SQL of the field and what it holds; raises ValueError where its type is no name."""
        typed = _compared(typed)
        self.name = name
        self.expression = expression
        self.null_as = expression  # what is NULL where it is
        self.in_document = in_document
        self.nullable = typed.nullable
        self.cast = f"%s::{quote_type(typed.type, schema)}"
        self._typed = typed
        self._list = f"%s::{quote_type(typed.type, schema)}[]"

    @cached_property
    def operators(self) -> tuple[str, ...]:
        """The operators that there are for its type."""
        shape, type_ = self._typed.shape, self._typed.type
        if type_.partition("(")[0] in _INCOMPARABLE:
            return ("is_null",)
        if type_ == "jsonb":
            return ("contains", "is_null")
        if isinstance(shape, Array):
            return ("eq", "ne", "contains", "overlaps", "is_null")
        texts = isinstance(shape, Scalar) and (shape.base or shape.type).partition("(")[0] in _TEXTS
        return (*_COMPARED, *_LISTED, *(_MATCHED if texts else ()), "is_null")

    @property
    def sortable(self) -> bool:
        """Whether rows can be ordered by it."""
        return self._typed.type.partition("(")[0] not in UNSORTED

    @property
    def probe(self) -> str:
        """The condition that any index serves which serves the field; empty for a type that has none."""
        operator = next((each for each in ("eq", "contains") if each in self.operators), None)
        return self.test(operator).sql if operator else ""

    @property
    def in_an_index(self) -> str:
        """The field as it would stand in CREATE INDEX; empty where text is its type only by a setting."""
        if self._typed.type.partition("(")[0] not in _INDEXED:
            return ""
        method = "" if "eq" in self.operators else "USING gin "
        return f"{method}(({self.expression}))".replace(f"{quote(_ALIAS)}.", "").replace("%%", "%")

    def test(self, operator: str) -> Test:
        """Return the condition that one of the operators makes, for is_null without a value."""
        value = make_checker(self._typed, nullable=False)
        if operator in _LISTED:
            return Test(f"{self.expression} {_LISTED[operator]} ({self._list})", _list_of(value))
        if operator in _MATCHED:
            pattern = make_checker(Typed("text", Scalar("text")), nullable=False)
            return Test(f"{self.expression} {_MATCHED[operator]} %s::text", pattern)
        symbol = _NESTED.get(operator) or _COMPARED[operator]
        return Test(f"{self.expression} {symbol} {self.cast}", value)


def _compared(typed: Typed) -> Typed:
    """Return what a field is compared with: the base of a domain, and of any size.

    A text that is longer than the column matches nothing and is no fault; cast to the domain it would be cut
    off, and match.
    """
    shape = typed.shape
    if not isinstance(shape, Scalar):
        return typed
    bare = (shape.base or typed.type).partition("(")[0]
    return replace(typed, type=bare, shape=replace(shape, type=bare, base=""))


def _list_of(check: Checker) -> Checker:
    def check_list(value: Any) -> list[Any]:
        if isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
            from_kind = type(value).__name__
            raise TypeError(f"must be a list, not {from_kind}")
        return [check(item) for item in value]

    return check_list


class Model:
    """A read model as queries see it."""

    def __init__(self, model: ReadModel, schema: str) -> None:
        """Take a read model of the contract; schema: of names without one."""
        self.name = model.name
        self.table = f"{quote_name(model.name, schema)} AS {_ALIAS}"
        self.has_id = model.get(_ID) is not None
        self._schema = schema
        self._columns = {column.name: column for column in model.columns}
        self._fields: dict[str, Field] = {}
        self._document = model.document
        self.document = quote(_ALIAS, _DOCUMENT) if self._document else f"to_jsonb({_ALIAS})"

    def field(self, name: str) -> Field | None:
        """Return the field of a name: a column, else a key of the document or a path such as author.name."""
        field = self._fields.get(name)
        if field is None:
            column = self._columns.get(name)
            field = self._column(column) if column else self._path(name)
            if field is not None:
                self._fields[name] = field
        return field

    def near(self, name: str) -> str:
        """Return a text that names a field which may have been meant."""
        return meant(name, self._names())

    def _column(self, column: Column) -> Field:
        expression = quote(_ALIAS, column.name)
        if isinstance(column.shape, Scalar) and column.shape.base:  # a domain over an enum has no operators
            expression = f"({expression})::{quote_type(column.shape.base, self._schema)}"
        return Field(column.name, expression, column, self._schema, in_document=False)

    def _path(self, name: str) -> Field | None:
        if self._document is None:
            return None
        shape: Shape = self._document.shape
        parts = name.split(".")
        for part in parts:
            found = shape.get(part) if isinstance(shape, Object) else None
            if found is None:
                return None
            shape = found.shape
        return self._of_document(name, parts, shape)

    def _of_document(self, name: str, parts: list[str], shape: Shape) -> Field:
        steps = [quote_text(part) for part in parts]
        if not isinstance(shape, Scalar):
            document = quote(_ALIAS, _DOCUMENT)
            if self._document is not None and self._document.type == "json":
                document += "::jsonb"  # json has no order and contains nothing
            owner = " -> ".join((document, *steps[:-1]))
            typed = Typed("jsonb", shape, nullable=True)
            field = Field(name, f"({owner} -> {steps[-1]})", typed, self._schema, in_document=True)
            field.null_as = f"({owner} ->> {steps[-1]})"  # NULL for a null of JSON, too, as for scalars
            return field
        *before, last = steps
        expression = f"({' -> '.join((quote(_ALIAS, _DOCUMENT), *before))} ->> {last})"
        typed = Typed(shape.base or shape.type, shape, nullable=True)
        cast = quote_type(typed.type, self._schema)
        if cast != "text":
            expression = f"({expression})::{cast}"
        return Field(name, expression, typed, self._schema, in_document=True)

    def _names(self) -> Iterator[str]:
        yield from self._columns
        if self._document is not None:
            yield from _paths(self._document.shape, "")


def _paths(shape: Shape, before: str) -> Iterator[str]:
    if isinstance(shape, Object):
        for each in shape.properties:
            yield before + each.name
            yield from _paths(each.shape, f"{before}{each.name}.")
