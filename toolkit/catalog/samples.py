"""Random values of PostgreSQL's types, as text that the server reads as a value of the type.

Edge values come often: empty, far, NaN, infinity, odd Unicode.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any, Final
from uuid import UUID

from toolkit.catalog.matching import text_like, text_matching
from toolkit.source.limits import Limit

_WORDS: Final = ("alpha", "beta", "Grüße", "日本語", "naïve", "o'clock", 'a "b"', "x\\y", "😀", "line\nbreak")
_BEGIN: Final = datetime(2000, 1, 1, tzinfo=UTC)
_DAYS: Final = 20_000
_INTEGERS: Final = {"int2": 2**15 - 1, "int4": 2**31 - 1, "int8": 2**63 - 1}
_TEXTS: Final = frozenset({"text", "varchar", "bpchar", "name", "citext"})
_LONGEST: Final = 40  # characters, where nothing says how long a text may be


@dataclass(frozen=True, slots=True)
class Type:
    """A type as it is needed to make values of it.

    sql: its name with modifier, for a cast. kind: base, enum, composite, array, range or multirange; a domain
    is its base type with the domain's limits and sql. name: of the base type in pg_catalog, such as int4.
    modifier: atttypmod. labels: of an enum. parts: the types of the attributes, of the element, or of the
    bounds. limits: of the domain, on column "value".
    """

    sql: str
    kind: str
    name: str
    modifier: int = -1
    labels: tuple[str, ...] = ()
    parts: tuple["Type", ...] = ()
    limits: tuple[Limit, ...] = ()
    not_null: bool = False


class Draws(Random):
    """A source of random choices. edges: the share of edge values, such as the largest, NaN, infinity."""

    def __init__(self, seed: int, edges: float = 0.25) -> None:
        """Begin; the same seed and share give the same choices."""
        super().__init__(seed)
        self.edges = edges


def sample(type_: Type, random: Draws, limits: Sequence[Limit] = ()) -> str | None:
    """Return a random value of a type, None where no way to make one is known.

    limits: what constraints say about the column; they are kept to as far as they are understood, and the
    server has the last word.
    """
    limits = [*type_.limits, *limits]
    certain = [limit for limit in limits if limit.certain]
    closed = [value for limit in certain if limit.test in ("in", "=") for value in limit.values]
    named = closed or [
        value for limit in limits if not limit.certain and " " not in limit.test for value in limit.values
    ]
    if closed or (named and _happens(random, 0.5)):
        return random.choice(named)
    make = _NESTED.get(type_.kind) or _BASE.get(type_.name)
    return make(type_, random, certain) if make else None


def _happens(random: Draws, share: float) -> bool:
    return random.random() < share


def _enum(type_: Type, random: Draws, _: Sequence[Limit]) -> str | None:
    return random.choice(type_.labels) if type_.labels else None


def _text(type_: Type, random: Draws, limits: Sequence[Limit]) -> str:
    longest = type_.modifier - 4 if type_.modifier > 0 else _LONGEST
    shortest = 0
    for limit in limits:
        if limit.test in ("like", "ilike"):
            return text_like(limit.values[0], random)
        if limit.test in ("regex", "iregex"):
            return text_matching(limit.values[0], random) or ""
        if limit.test.startswith("length ") and limit.values[0].isdigit():
            least, most = _bounds(limit.test.removeprefix("length "), int(limit.values[0]))
            shortest = max(shortest, least or 0)
            longest = most if most is not None else max(longest, shortest + _LONGEST)
    if type_.modifier > 0:
        longest = min(longest, type_.modifier - 4)
    length = (
        random.choice((shortest, longest))
        if _happens(random, random.edges)
        else random.randint(shortest, longest)
    )
    text = ""
    while len(text) < length:
        text += random.choice(_WORDS) + " " if _happens(random, 0.5) else random.choice("abcdefgh")
    return text[:length].rstrip().ljust(shortest, "x")


def _bounds(operator: str, value: int) -> tuple[int | None, int | None]:
    """Return the least and the most whole number that a comparison allows."""
    return {
        "=": (value, value),
        ">=": (value, None),
        ">": (value + 1, None),
        "<=": (None, value),
        "<": (None, value - 1),
    }[operator]


def _number(type_: Type, random: Draws, limits: Sequence[Limit]) -> str:
    step, largest = _grid(type_)
    least, most = -largest, largest
    for limit in limits:
        bound = _decimal(limit.values[0]) if limit.values else None
        if bound is None or limit.test not in ("<", "<=", ">", ">="):
            continue
        inside = bound if "=" in limit.test else bound + (step if limit.test == ">" else -step)
        least, most = (max(least, inside), most) if ">" in limit.test else (least, min(most, inside))
    least = min(least, most)
    if type_.name not in _INTEGERS and not limits and _happens(random, random.edges / 2):
        return random.choice(("NaN", "NaN" if type_.modifier >= 0 else "Infinity", "0"))
    if _happens(random, random.edges):
        near = Decimal(0) if least <= 0 <= most else least
        return str(random.choice((least, most, near)).quantize(step))
    low, high = max(least, min(Decimal(-1000), most)), min(most, max(Decimal(1000), least))
    steps = int((high - low) / step)
    return str((low + step * random.randint(0, steps)).quantize(step))


def _grid(type_: Type) -> tuple[Decimal, Decimal]:
    """Return the distance of two numbers of a type, and the largest one."""
    if type_.name in _INTEGERS:
        return Decimal(1), Decimal(_INTEGERS[type_.name])
    if type_.name == "numeric" and type_.modifier >= 0:
        precision, scale = (type_.modifier - 4) >> 16, (type_.modifier - 4) & 0x7FF
        scale -= (scale & 0x400) << 1  # 11 bits with a sign
        return Decimal(1).scaleb(-scale), Decimal(10**precision - 1).scaleb(-scale)
    return Decimal("0.01"), Decimal(10**9)


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _moment(type_: Type, random: Draws, limits: Sequence[Limit]) -> str:
    least, most = _BEGIN, _BEGIN + timedelta(days=_DAYS)
    bounded = False
    for limit in limits:
        bound = _datetime(limit.values[0]) if limit.values else None
        if bound is None or limit.test not in ("<", "<=", ">", ">="):
            continue
        bounded = True
        if ">" in limit.test:
            least = bound + timedelta(days=limit.test == ">")
            most = max(most, least + timedelta(days=_DAYS))
        else:
            most = bound - timedelta(days=limit.test == "<")
            least = min(least, most - timedelta(days=_DAYS))
    if not bounded and _happens(random, random.edges):
        return random.choice(("infinity", "-infinity", "0044-03-15 BC", "9999-12-31", "1970-01-01"))
    seconds = int((most - least).total_seconds()) if most > least else 0
    moment = least + timedelta(seconds=random.randint(0, seconds), microseconds=random.randrange(1_000_000))
    return moment.date().isoformat() if type_.name == "date" else moment.isoformat()


def _datetime(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _array(type_: Type, random: Draws, limits: Sequence[Limit]) -> str | None:
    counts = [limit for limit in limits if limit.test.startswith("elements ") and limit.values[0].isdigit()]
    least, most = 0, 4
    for limit in counts:
        low, high = _bounds(limit.test.removeprefix("elements "), int(limit.values[0]))
        least = max(least, low or 0)
        most = high if high is not None else max(most, least + 3)
    length = random.choice((least, most)) if _happens(random, random.edges) else random.randint(least, most)
    values = [sample(type_.parts[0], random) for _ in range(length)]
    # An element is NULL now and then, so what can't be made is no reason to have none.
    return "{" + ",".join(_quoted(None if _happens(random, 0.1) else value, "NULL") for value in values) + "}"


def _composite(type_: Type, random: Draws, _: Sequence[Limit]) -> str:
    values = [None if _happens(random, 0.2) else sample(part, random) for part in type_.parts]
    return "(" + ",".join(_quoted(value, "") for value in values) + ")"


def _range(type_: Type, random: Draws, _: Sequence[Limit]) -> str | None:
    if _happens(random, random.edges):
        return "empty"
    bounds = [sample(type_.parts[0], random) for _ in range(2)]
    if None in bounds:
        return None
    first, second = sorted((text for text in bounds if text is not None), key=_order)
    return f"[{_quoted(first, '')},{'' if _happens(random, 0.2) else _quoted(second, '')})"


def _multirange(type_: Type, random: Draws, limits: Sequence[Limit]) -> str | None:
    ranges = [_range(type_, random, limits) for _ in range(random.randrange(3))]
    return "{" + ",".join(text for text in ranges if text) + "}"


def _order(text: str) -> tuple[int, Decimal, str]:
    """Sort numbers as numbers and moments as text; what is sorted wrongly the server refuses."""
    value = _decimal(text)
    ends = {"-infinity": -1, "infinity": 2}
    return (ends.get(text, 0 if value is not None or "BC" not in text else -1), value or Decimal(0), text)


def _quoted(value: str | None, null: str) -> str:
    return null if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _json(random: Draws, _: int, depth: int = 2) -> str:
    return json.dumps(_document(random, depth), ensure_ascii=False)


def _document(random: Draws, depth: int) -> Any:  # noqa: ANN401 - any JSON value
    leaves: list[Any] = [None, True, 0, -1.5, 2**53 + 1, "", random.choice(_WORDS)]
    if depth == 0 or _happens(random, 0.5):
        return random.choice(leaves)
    if _happens(random, 0.3):
        return [_document(random, depth - 1) for _ in range(random.randrange(3))]
    return {
        key: _document(random, depth - 1) for key in random.sample(("a", "b", "id", "ö"), random.randrange(4))
    }


def _bits(random: Draws, modifier: int) -> str:
    length = modifier if modifier > 0 else 8
    return "".join(random.choices("01", k=length))


def _address(random: Draws, _: int) -> str:
    four = ".".join(str(random.randrange(256)) for _ in range(4))
    return random.choice((four, "::1", f"2001:db8::{random.randrange(1, 0xFFFF):x}"))


def _network(random: Draws, _: int) -> str:
    return random.choice((f"10.{random.randrange(256)}.0.0/16", "2001:db8::/32"))


def _clock(random: Draws, _: int) -> str:
    return random.choice(
        ("00:00:00", "24:00:00", f"{random.randrange(24):02}:{random.randrange(60):02}:07.25")
    )


def _duration(random: Draws, _: int) -> str:
    return random.choice(("0", "-1 mon", f"{random.randrange(99)} days 03:04:05.6", "1 year 2 mons"))


def _shape(random: Draws, _: int) -> str:
    return f"({random.randrange(99)},{random.randrange(99)}),({random.randrange(99)},{random.randrange(99)})"


_SIMPLE: Final[dict[str, Callable[[Draws, int], str]]] = {
    "bool": lambda random, _: random.choice(("true", "false")),
    "uuid": lambda random, _: str(UUID(int=random.getrandbits(128), version=4)),
    "json": _json,
    "jsonb": _json,
    "bytea": lambda random, _: "\\x" + random.randbytes(random.randrange(9)).hex(),
    "bit": _bits,
    "varbit": _bits,
    "inet": _address,
    "cidr": _network,
    "macaddr": lambda random, _: random.randbytes(6).hex(),
    "macaddr8": lambda random, _: random.randbytes(8).hex(),
    "time": _clock,
    "timetz": lambda random, modifier: _clock(random, modifier) + "+02",
    "interval": _duration,
    "money": lambda random, _: f"{random.randrange(10**6)}.50",
    "point": lambda random, _: f"({random.randrange(99)},{random.randrange(99)})",
    "box": _shape,
    "lseg": _shape,
    "path": _shape,
    "polygon": _shape,
    "line": lambda random, _: f"{{1,{random.randrange(9)},3}}",
    "circle": lambda random, _: f"<({random.randrange(9)},2),{random.randrange(9)}>",
    "tsvector": lambda random, _: random.choice(("", "'a':1 'b':2A")),
    "tsquery": lambda random, _: random.choice(("'a' & 'b'", "'c'")),
    "xml": lambda random, _: random.choice(("<a/>", "<a>x</a>")),
    "oid": lambda random, _: str(random.randrange(2**31)),
    "pg_lsn": lambda random, _: f"0/{random.randrange(2**31):X}",
    "xid8": lambda random, _: str(random.randrange(2**31)),
    "char": lambda random, _: random.choice("abc"),
    "ltree": lambda random, _: ".".join(random.choices(("a", "b", "c"), k=random.randint(1, 3))),
    "hstore": lambda random, _: random.choice(("", '"a"=>"1", "b"=>NULL')),
}


def _simple(type_: Type, random: Draws, _: Sequence[Limit]) -> str:
    return _SIMPLE[type_.name](random, type_.modifier)


_Maker = Callable[[Type, Draws, Sequence[Limit]], str | None]
_BASE: Final[dict[str, _Maker]] = {
    **dict.fromkeys(_SIMPLE, _simple),
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys((*_INTEGERS, "numeric", "float4", "float8"), _number),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), _moment),
}
_NESTED: Final[dict[str, _Maker]] = {
    "enum": _enum,
    "array": _array,
    "composite": _composite,
    "range": _range,
    "multirange": _multirange,
}
