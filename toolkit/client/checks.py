"""What a value must be before it is sent: one checker for each type, made once from the contract.

A checker takes a value and returns what is sent for it, or raises Refused with a text for people. What the
contract can't judge is sent as it is; the cast in the SQL and the server have the last word.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from decimal import Context as DecimalContext
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg.types.json import Json, Jsonb

from toolkit.core.contract import Limit, Typed
from toolkit.core.shapes import Array, Object, Opaque, Scalar, Shape

Checker = Callable[[Any], Any]

_BITS: Final = {"smallint": 15, "integer": 31, "bigint": 63}
_TEXTS: Final = frozenset({"text", "varchar", "char", "citext", "name"})
_COUNTED: Final = (
    r"(?P<count>char_length|character_length|length|octet_length|cardinality)\((?P<inner>[\w$\"]+)\)"
)
_CONDITION: Final = re.compile(
    rf"\(*(?:{_COUNTED}|(?P<name>[\w$\"]+)) (?P<operator><=|>=|<|>|=) (?P<number>-?\d+(?:\.\d+)?)\)*"
)
_TESTS: Final[dict[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "<=": (lambda value, bound: value <= bound, "at most"),
    ">=": (lambda value, bound: value >= bound, "at least"),
    "<": (lambda value, bound: value < bound, "less than"),
    ">": (lambda value, bound: value > bound, "more than"),
    "=": (lambda value, bound: value == bound, "exactly"),
}
_COUNTS: Final[dict[str, tuple[Callable[[Any], int], str]]] = {
    "char_length": (len, "characters"),
    "character_length": (len, "characters"),
    "length": (len, "characters"),
    "octet_length": (lambda value: len(value.encode() if isinstance(value, str) else value), "bytes"),
    "cardinality": (len, "elements"),
}
# Types of which PostgreSQL counts what Python counts: a char has its spaces cut off, a varbit is no text.
_COUNTABLE: Final = (_TEXTS | {"bytea"}) - {"char"}
_EXACT: Final = DecimalContext(prec=2100, rounding=ROUND_HALF_UP)  # a numeric(1000, -1000) has 2000 digits
_LARGEST: Final = 2**30  # characters or bytes of a value
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_NO_NUMBERS: Final = (b"null", b"NaN", b"Infinity")  # as what a float, and a Decimal, that is none is written
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Refused(ValueError):
    """The value is none of the type, or breaks a rule; the text says why."""

    def __init__(self, text: str, rule: str = "") -> None:
        """Take the text, and the constraint that says the same."""
        super().__init__(text)
        self.rule = rule


def make_checker(value: Typed, *, nullable: bool, limits: Sequence[Limit] = ()) -> Checker:
    """Return the checker of a parameter or a column.

    limits: with conditions as PostgreSQL writes them, such as char_length(title) >= 3; what is no comparison
    with a number is the server's alone.
    """
    counts = isinstance(value.shape, Array)
    if isinstance(value.shape, Scalar):
        counts = (value.shape.base or value.shape.type).partition("(")[0] in _COUNTABLE
    check = _with_limits(_typed(value), limits, counts=counts)

    def check_null(given: Any) -> Any:
        if given is None:
            if nullable:
                return None
            raise Refused("may not be None")
        return check(given)

    return check_null


def _typed(value: Typed) -> Checker:
    shape, type_ = value.shape, value.type
    if type_ in ("json", "jsonb"):
        return _json(Jsonb if type_ == "jsonb" else Json)
    if isinstance(shape, Array):
        element = shape.element
        check = _typed(Typed(type_.removesuffix("[]"), element))
        return _array(check, nullable=element.nullable)
    if isinstance(shape, Object) and shape.properties and shape.extra is None:
        return _row(shape)
    if isinstance(shape, Opaque):  # a domain over jsonb, or what nobody knows
        document = _json(Jsonb)
        return lambda value: document(value) if isinstance(value, dict | list) else _any(value)
    return _scalar(shape) if isinstance(shape, Scalar) else _any


def _row(shape: Object) -> Checker:
    """Return the checker of a composite type, given as a mapping of its columns, or a tuple as it is sent."""
    checks = {each.name: _column(each.shape) for each in shape.properties}

    def check_row(value: Any) -> tuple[Any, ...]:
        if isinstance(value, tuple) and len(value) == len(checks):
            value = dict(zip(checks, value, strict=True))
        if not isinstance(value, Mapping) or value.keys() != checks.keys():
            raise Refused(f"must be a mapping with the keys {', '.join(checks)}, or a tuple of their values")
        checked: list[Any] = []
        for name, check in checks.items():
            try:
                checked.append(None if value[name] is None else check(value[name]))
            except Refused as refused:
                raise Refused(f"{name} {refused}", refused.rule) from None
        return tuple(checked)

    return check_row


def _column(shape: Shape) -> Checker:
    """Return the checker of a column of a composite type, whose contract says its shape only."""
    element = shape.element if isinstance(shape, Array) else shape
    return _typed(Typed(element.type if isinstance(element, Scalar) else "record", shape))


def _scalar(shape: Scalar) -> Checker:
    name, _, modifier = (shape.base or shape.type).partition("(")
    arguments = [int(part) for part in re.findall(r"-?\d+", modifier)]
    if name in _BITS:
        check = _integer(1 << _BITS[name])
    elif name in _TEXTS or (shape.values and shape.json_type == "string"):
        check = _text(arguments[0] if arguments else None)
    elif name == "numeric":
        check = _numeric(arguments)
    else:
        check = _CHECKERS.get(name, _any)
    return _one_of(check, shape.values) if shape.values and shape.json_type == "string" else check


def _any(value: Any) -> Any:
    return check_text(value) if isinstance(value, str) else value


def check_text(value: str) -> str:
    """Return a text that PostgreSQL can hold; raises Refused for others."""
    if "\0" in value:
        raise Refused("contains a NUL character")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Refused("contains half of a surrogate pair") from None
    return value


def _text(longest: int | None) -> Checker:
    most = _LARGEST if longest is None else longest

    def check(value: Any) -> str:
        if value.__class__ is str and len(value) <= most and value.isascii() and "\0" not in value:
            return str(value)  # which is what nearly all are
        if not isinstance(value, str):
            raise Refused(f"must be text, not {_kind(value)}")
        check_text(value)
        # Trailing spaces beyond the length are cut off by the server.
        if len(value) > most and len(value.rstrip(" ")) > most:
            raise Refused(f"must have at most {longest} characters, has {len(value)}")
        return value

    return check


def _one_of(check: Checker, values: tuple[str, ...]) -> Checker:
    allowed = frozenset(values)
    listed = ", ".join(values)

    def check_value(value: Any) -> Any:
        value = check(value)
        if value not in allowed:
            raise Refused(f"must be one of {listed}")
        return value

    return check_value


def _integer(limit: int) -> Checker:
    """Return the checker of an integer type.

    It is sent as text: psycopg would give each size of int a type, and each of them a statement of its own.
    """

    def check(value: Any) -> str:
        if value.__class__ is int and -limit <= value < limit:
            return str(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refused(f"must be an integer, not {_kind(value)}")
        if not -limit <= value < limit:
            raise Refused(f"must be from {-limit} to {limit - 1}")
        return str(int(value))

    return check


def _numeric(arguments: list[int]) -> Checker:
    def check(value: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            raise Refused(f"must be a Decimal or an int, not {_kind(value)}")
        number = Decimal(value)
        if arguments and number.is_finite():
            precision, scale = arguments[0], arguments[1] if len(arguments) > 1 else 0
            rounded = number.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
            if rounded.copy_abs() >= Decimal(1).scaleb(precision - scale):
                raise Refused(f"must have at most {precision - scale} digits before the point")
        return number

    def check_range(value: Any) -> Decimal:
        try:
            return check(value)
        except InvalidOperation:
            raise Refused("has more digits than a numeric of this size") from None

    return check_range


def _array(check: Checker, *, nullable: bool) -> Checker:
    def check_array(value: Any) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise Refused(f"must be a list, not {_kind(value)}")
        checked: list[Any] = []
        for place, item in enumerate(value):
            if item is None and nullable:
                checked.append(None)
                continue
            try:
                checked.append(check(item))
            except Refused as refused:
                raise Refused(f"[{place}] {refused}", refused.rule) from None
        return checked

    return check_array


def _json(wrap: Callable[..., Any]) -> Checker:
    def check(value: Any) -> Any:
        try:
            text = _encode(value)
            has_nan = any(map(text.__contains__, _NO_NUMBERS)) and _has_nan(_plain(value))
        except (TypeError, ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise Refused(f"can't be written as JSON: {error}") from None
        if b"\\u0000" in text and _NUL.search(text):
            raise Refused("contains a NUL character")
        if has_nan:
            raise Refused("contains a number that JSON has no word for")
        return wrap(msgspec.Raw(text), dumps=bytes)

    return check


def _plain(value: object) -> object:
    return msgspec.to_builtins(value, builtin_types=(Decimal, msgspec.Raw))


def _has_nan(value: object) -> bool:
    """Tell whether a value holds a number that is none, or infinite; its objects are read as msgspec does."""
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, Decimal):
        return not value.is_finite()
    if isinstance(value, Mapping):
        return any(map(_has_nan, value.values()))
    return isinstance(value, list | tuple) and any(map(_has_nan, value))


def _parsed(*types: type, parse: Callable[[str], Any], what: str) -> Checker:
    """Return the checker of a type that text may stand for, as it does in JSON."""

    def check(value: Any) -> Any:
        if isinstance(value, str):
            try:
                return parse(value)
            except ValueError:
                raise Refused(f"{value!r} is no {what}") from None
        if not isinstance(value, types) or (what == "date" and isinstance(value, datetime)):
            raise Refused(f"must be a {what}, not {_kind(value)}")
        return value

    return check


def _of(*types: type, what: str) -> Checker:
    def check(value: Any) -> Any:
        if not isinstance(value, types) or (bool not in types and isinstance(value, bool)):
            raise Refused(f"must be {what}, not {_kind(value)}")
        return _any(value)

    return check


def _float(value: Any) -> float:
    """Check a number; all are sent as floats, since psycopg takes no list of ints and floats."""
    if not isinstance(value, float | int) or isinstance(value, bool):
        raise Refused(f"must be a float, not {_kind(value)}")
    try:
        return float(value)
    except OverflowError:
        raise Refused("is out of range") from None


def _aware(value: Any) -> Any:
    moment = _moment(value)
    if moment.tzinfo is None:
        raise Refused("needs a time zone")
    return moment


def _kind(value: object) -> str:
    return type(value).__name__


_moment = _parsed(datetime, parse=datetime.fromisoformat, what="datetime")
_CHECKERS: Final[dict[str, Checker]] = {
    "boolean": _of(bool, what="a bool"),
    "uuid": _parsed(UUID, parse=UUID, what="UUID"),
    "date": _parsed(date, parse=date.fromisoformat, what="date"),
    "time": _parsed(time, parse=time.fromisoformat, what="time"),
    "timetz": _parsed(time, parse=time.fromisoformat, what="time"),
    "timestamp": _moment,
    "timestamptz": _aware,
    "interval": _of(timedelta, str, what="a timedelta"),
    "bytea": _of(bytes, bytearray, memoryview, what="bytes"),
    "float4": _float,
    "float8": _float,
}


def _with_limits(check: Checker, limits: Sequence[Limit], *, counts: bool) -> Checker:
    tests = [test for limit in limits if (test := _test(limit, counts=counts)) is not None]
    if not tests:
        return check

    def check_limits(value: Any) -> Any:
        sent = check(value)
        for test in tests:
            test(value)
        return sent

    return check_limits


def _test(limit: Limit, *, counts: bool) -> Callable[[Any], None] | None:
    """Return a test for a comparison with a number; None for a condition that only the server can judge."""
    found = _CONDITION.fullmatch(limit.condition)
    if found is None or (found["count"] and not counts):
        return None
    compare, words = _TESTS[found["operator"]]
    bound = Decimal(found["number"])
    count, unit = _COUNTS.get(found["count"] or "", (None, ""))

    def test(value: Any) -> None:
        measured = value if count is None else count(value)
        if not isinstance(measured, int | float | Decimal) or not _is_measure(measured):
            return  # PostgreSQL sorts NaN above everything
        # What is written may be rounded to the column's scale.
        if not any(compare(each, bound) for each in (measured, math.floor(measured), math.ceil(measured))):
            text = f"must have {words} {bound} {unit}" if count else f"must be {words} {bound}"
            raise Refused(text, limit.rule)

    return test


def _is_measure(number: float | Decimal) -> bool:
    """Tell whether a number is finite, and no larger than a float: beyond that the server judges alone."""
    try:
        return math.isfinite(number)
    except (OverflowError, ValueError):  # an int of hundreds of digits, a signaling NaN
        return False
