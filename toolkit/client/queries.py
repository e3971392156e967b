"""Queries of read models: what is asked is checked, and the SQL is constant for each form of a question."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from toolkit.client.checks import Refused
from toolkit.client.errors import Fault, Invalid
from toolkit.client.fields import OPERATORS, Field, Model
from toolkit.client.indexes import IndexHints

_MOST_FORMS: Final = 1000  # forms of questions whose SQL is kept; a service has far fewer
_LARGEST: Final = 2**63 - 1
_PLAIN: Final = frozenset({str, int, UUID})
_WORDS: Final = ("and", "or", "not")
_DEEPEST: Final = 30

Where = Mapping[str, Any]
Order = str | Sequence[str] | None


class Query(NamedTuple):
    """SQL with its values, in psycopg's notation."""

    sql: bytes
    values: list[Any]


class _Form(NamedTuple):
    """The SQL of a form of question, and the checkers of its values with the places they have in `where`."""

    sql: bytes
    checks: tuple[tuple[str, Any], ...]


class Queries:
    """The questions that can be asked of one read model."""

    def __init__(self, model: Model) -> None:
        """Take the read model."""
        self.model = model
        self.hints = IndexHints(model)
        self._forms: dict[Any, _Form] = {}

    def find(
        self, where: Where | None, order_by: Order = None, limit: int | None = None, offset: int | None = None
    ) -> Query:
        """Return the query of documents; raises Invalid with everything that is wrong.

        With a limit or an offset the order is made total by id: pages would overlap otherwise.
        """
        cut = limit is not None or offset is not None
        order = _order(order_by, by_id=cut and self.model.has_id)
        form, values = self._ask(where, (order, limit is not None, offset is not None))
        for name, number in (("limit", limit), ("offset", offset)):
            if number is not None:
                values.append(_whole(name, number))
        return Query(form.sql, values)

    def find_one(self, where: Where | None) -> Query:
        """Return the query of the one document, or of the first one by id."""
        form, values = self._ask(where, ((), "one"))
        return Query(form.sql, values)

    def count(self, where: Where | None) -> Query:
        """Return the query of the number of documents."""
        form, values = self._ask(where, ((), "count"))
        return Query(form.sql, values)

    def exists(self, where: Where | None) -> Query:
        """Return the query of whether there is any document."""
        form, values = self._ask(where, ((), "exists"))
        return Query(form.sql, values)

    def page(self, where: Where | None, order_by: Order, limit: int, after: str | None) -> "Page":
        """Return the query of one page behind a cursor."""
        order = _order(order_by, by_id=self.model.has_id)
        if not order:
            raise Invalid(faults=[Fault("order_by", "is needed: the read model has no id to sort by")])
        if _whole("limit", limit) == 0:
            raise Invalid(faults=[Fault("limit", "must be 1 at least")])
        key = _digest((self.model.name, _structure_of(where, []), order))
        last = _read_cursor(after, key, len(order)) if after is not None else None
        nulls = tuple(value is None for value in last) if last is not None else None
        form, values = self._ask(where, (order, "page", nulls))
        if last is not None and nulls is not None:
            fields = [field for name in order if (field := self.model.field(name.removeprefix("-")))]
            values += [last[place] for place in _behind(fields, _ways(order), nulls)[1]]
        values.append(min(limit + 1, _LARGEST))
        return Page(Query(form.sql, values), limit, key, len(order))

    def _ask(self, where: Where | None, rest: tuple[Any, ...]) -> tuple[_Form, list[Any]]:
        raw: list[Any] = []
        structure = _structure_of(where, raw)
        key = (structure, rest)
        form = self._forms.get(key)
        if form is None:
            form = self._compile(structure, rest)
            if len(self._forms) < _MOST_FORMS:
                self._forms[key] = form
        try:
            return form, [check(value) for (_, check), value in zip(form.checks, raw, strict=True)]
        except (Refused, TypeError):
            raise Invalid(faults=_value_faults(form, raw)) from None

    def _compile(self, structure: tuple[Any, ...], rest: tuple[Any, ...]) -> _Form:
        compiler = _Compiler(self.model)
        conditions = compiler.conditions(structure)
        order = [compiler.sorted_by(name.removeprefix("-")) for name in rest[0]]
        if compiler.faults:
            raise Invalid(faults=compiler.faults)
        for field in compiler.fields:
            self.hints.add(field)
        sorted_by = [field for field in order if field is not None]
        text = _text(self.model, conditions, sorted_by, rest)
        return _Form(text.encode(), tuple(compiler.checks))


class Page:
    """The query of a page, and what reads its result."""

    def __init__(self, query: Query, limit: int, key: str, columns: int) -> None:
        """Keep what is needed to read the result."""
        self.query = query
        self.limit = limit
        self._key = key
        self._columns = columns

    def cursor(self, result: Any) -> str | None:
        """Return the cursor behind the page, None where it is the last one."""
        if result.ntuples <= self.limit:
            return None
        last = [result.get_value(self.limit - 1, 1 + place) for place in range(self._columns)]
        values = [value.decode() if value is not None else None for value in last]
        return base64.urlsafe_b64encode(msgspec.json.encode([self._key, values])).decode().rstrip("=")


class _Compiler:
    """Turns the structure of a question into SQL; collects what is wrong with it."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.faults: list[Fault] = []
        self.checks: list[tuple[str, Any]] = []
        self.fields: list[Field] = []

    def field(self, name: str, place: str) -> Field | None:
        field = self.model.field(name)
        if field is None:
            self.faults.append(Fault(place, f"{self.model.name} has no field {name}{self.model.near(name)}"))
        else:
            self.fields.append(field)
        return field

    def sorted_by(self, name: str) -> Field | None:
        field = self.field(name, "order_by")
        if field is not None and not field.sortable:
            self.faults.append(Fault("order_by", f"{name} has no order"))
        return field

    def conditions(self, structure: tuple[Any, ...]) -> str:
        """Return the conjunction of some conditions, empty where there are none."""
        return " AND ".join(self._condition(*condition) for condition in structure)

    def _condition(self, name: str, operator: str, inner: Any = None) -> str:
        if name in _WORDS:
            return self._combined(name, operator, inner)
        field = self.field(name, name)
        if operator not in OPERATORS:
            self.faults.append(
                Fault(name, f"there is no operator {operator}; there are {', '.join(OPERATORS)}")
            )
        elif field is not None and operator not in field.operators:
            self.faults.append(
                Fault(name, f"{operator} can't be asked of it; {', '.join(field.operators)} can")
            )
        elif operator == "is_null" and inner is None:
            self.faults.append(Fault(name, "is_null takes True or False"))
        elif field is not None and operator == "is_null":
            return f"{field.null_as} IS {'' if inner else 'NOT '}NULL"
        elif field is not None:
            test = field.test(operator)
            self.checks.append((name, test.check))
            return test.sql
        return ""

    def _combined(self, word: str, problem: str, inner: Any) -> str:
        if problem:
            self.faults.append(Fault(word, problem))
            return ""
        if word == "not":
            return f"NOT coalesce({self.conditions(inner) or 'true'}, false)"
        parts = [f"({self.conditions(part) or 'true'})" for part in inner]
        return f"({f' {word.upper()} '.join(parts)})" if parts else ("true" if word == "and" else "false")


def _structure_of(where: Where | None, values: list[Any]) -> tuple[Any, ...]:
    """Return the form of `where`, and add its values in the order in which their conditions stand."""
    if where is None:
        return ()
    if where.__class__ is not dict and not isinstance(where, Mapping):
        raise Invalid(faults=[Fault("where", "must be a mapping of fields to values or operators")])
    return _structure(where, values, 0)


def _structure(where: Where, values: list[Any], depth: int) -> tuple[Any, ...]:
    if depth > _DEEPEST:
        raise Invalid(faults=[Fault("where", f"is nested deeper than {_DEEPEST} times")])
    found: list[tuple[Any, ...]] = []
    for name, value in where.items():
        if not isinstance(name, str):
            raise Invalid(faults=[Fault("where", f"{name!r} is no name of a field")])
        if name in _WORDS:
            found.append(_combination(name, value, values, depth + 1))
        elif value.__class__ in _PLAIN:  # before what takes longer to ask
            found.append((name, "eq"))
            values.append(value)
        elif value is None:
            found.append((name, "is_null", True))
        elif value == {}:
            raise Invalid(faults=[Fault(name, "has no operator: it would find everything")])
        elif isinstance(value, Mapping):
            found += [_operation(name, *each, values) for each in value.items()]
        else:
            found.append((name, "eq"))
            values.append(value)
    return tuple(found)


def _operation(name: str, operator: Any, operand: Any, values: list[Any]) -> tuple[Any, ...]:
    if operator == "is_null":
        return (name, "is_null", operand if isinstance(operand, bool) else None)
    if operand is None and operator in ("eq", "ne"):
        return (name, "is_null", operator == "eq")
    # What can be gone through once only would be empty when the faults in it are looked for.
    values.append(list(operand) if isinstance(operand, Iterator) else operand)
    return (name, str(operator))


def _combination(word: str, value: Any, values: list[Any], depth: int) -> tuple[Any, ...]:
    if word == "not":
        if isinstance(value, Mapping):
            return (word, "", _structure(value, values, depth))
        return (word, "must hold a mapping", ())
    if isinstance(value, list | tuple) and all(isinstance(part, Mapping) for part in value):
        return (word, "", tuple([_structure(part, values, depth) for part in value]))
    return (word, "must hold a list of mappings", ())


def _value_faults(form: _Form, raw: list[Any]) -> list[Fault]:
    faults = []
    for (name, check), value in zip(form.checks, raw, strict=True):
        try:
            check(value)
        except (Refused, TypeError) as refused:
            faults.append(Fault(name, str(refused)))
    return faults


def _order(order_by: Order, *, by_id: bool) -> tuple[str, ...]:
    """Return the names to sort by, `-` before one that descends; by_id makes the order total."""
    names = (order_by,) if isinstance(order_by, str) else order_by or ()
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise Invalid(faults=[Fault("order_by", "must be a name of a field, or a list of such names")])
    names = tuple(names)
    if by_id and not any(name.removeprefix("-") == "id" for name in names):
        names += ("id",)
    return names


def _ways(names: tuple[str, ...]) -> list[str]:
    return ["DESC" if name.startswith("-") else "ASC" for name in names]


def _text(model: Model, conditions: str, order: list[Field], rest: tuple[Any, ...]) -> str:
    names, what = rest[0], rest[1]
    where = f" WHERE {conditions}" if conditions else ""
    if what == "count":
        return f"SELECT count(*) FROM {model.table}{where}"
    if what == "exists":
        return f"SELECT EXISTS (SELECT FROM {model.table}{where})"
    if what == "one":
        identity = None if conditions else model.field("id")
        by_id = f" ORDER BY {identity.expression}" if identity and model.has_id else ""
        return f"SELECT {model.document} FROM {model.table}{where}{by_id} LIMIT 1"
    directions = _ways(names)
    sorting = ", ".join(f"{field.expression} {way}" for field, way in zip(order, directions, strict=True))
    ordered = f" ORDER BY {sorting}" if sorting else ""
    if what == "page":
        keys = "".join(f", ({field.expression})::text" for field in order)
        if rest[2] is not None:
            behind, _ = _behind(order, directions, rest[2])
            where = f"{where} AND {behind}" if where else f" WHERE {behind}"
        return f"SELECT {model.document}{keys} FROM {model.table}{where}{ordered} LIMIT %s"
    limits = (" LIMIT %s" if what else "") + (" OFFSET %s" if rest[2] else "")
    return f"SELECT {model.document} FROM {model.table}{where}{ordered}{limits}"


def _behind(order: list[Field], directions: list[str], nulls: tuple[bool, ...]) -> tuple[str, list[int]]:
    """Return the condition that a row comes after the cursor's, and whose values stand in it, by place.

    In PostgreSQL's order NULL is the largest. Where nothing can be NULL and all fields go one way, rows are
    compared as rows, which an index over the fields serves.
    """
    if len(set(directions)) == 1 and not any(field.nullable for field in order):
        names = ", ".join(field.expression for field in order)
        places = ", ".join(field.cast for field in order)
        return f"({names}) {'>' if directions[0] == 'ASC' else '<'} ({places})", list(range(len(order)))
    text, places_used = "false", list[int]()
    for place in reversed(range(len(order))):
        field, way, null = order[place], directions[place], nulls[place]
        if null:
            further, same, used = "false" if way == "ASC" else "{0} IS NOT NULL", "{0} IS NULL", []
        else:
            further = "({0} > {1} OR {0} IS NULL)" if way == "ASC" else "{0} < {1}"
            same, used = "{0} = {1}", [place]
        pattern = further if text == "false" else f"({further} OR ({same} AND {{2}}))"
        text = pattern.format(field.expression, field.cast, text)
        places_used = used + (used + places_used if "{2}" in pattern else [])
    return text, places_used


def _whole(name: str, number: Any) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= _LARGEST:
        raise Invalid(faults=[Fault(name, "must be a whole number that is not negative")])
    return number


def _digest(form: object) -> str:
    return hashlib.sha256(repr(form).encode()).hexdigest()[:12]


def _read_cursor(text: str, key: str, count: int) -> list[str | None]:
    """Return the values of a cursor; raises Invalid for what is none, and for one of another question."""
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        found, values = msgspec.json.decode(
            base64.b64decode(padded, altchars=b"-_", validate=True), type=tuple[str, list[str | None]]
        )
    except (ValueError, AttributeError, TypeError, msgspec.MsgspecError):
        raise Invalid(faults=[Fault("after", "is no cursor")]) from None
    if found != key or len(values) != count:
        raise Invalid(faults=[Fault("after", "is the cursor of another query")])
    return values


def read_models(models: Iterable[Any], schema: str) -> dict[str, Queries]:
    """Return the questions that can be asked, by read model."""
    return {model.name: Queries(Model(model, schema)) for model in models}
