"""What PostgreSQL does to a column whose type changes: which cast it uses, and whether it rewrites the table.

Types are text as `format_type` writes it. The casts are those of pg_cast, the rest is PostgreSQL's
documentation of CREATE CAST (conversion through text) and ALTER TABLE (what needs no rewrite), and
ATColumnChangeRequiresRewrite with the support functions of the types that have a modifier.
"""

import re
from collections.abc import Callable
from enum import Enum
from typing import Final, NamedTuple

from toolkit.core.changes import Risk

_TYPE = re.compile(r"(.*?)(?:\((\d+)(?:,(-?\d+))?\))?( with(?:out)? time zone)?((?:\[\])*)")
_NUMBERS: Final = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
_DIGITS: Final = {"smallint": 5, "integer": 10, "bigint": 19}
_STRINGS: Final = ("text", "character varying", "character", "bpchar", "name", "public.citext")
_STAMP, _STAMP_TZ = "timestamp without time zone", "timestamp with time zone"
_TIME, _TIME_TZ = "time without time zone", "time with time zone"
# Beside those between numbers, and those of everything to strings.
_ASSIGNED: Final = {
    "bit": ("bit varying",),
    "bit varying": ("bit",),
    "cidr": ("inet",),
    "inet": ("cidr",),
    "date": (_STAMP, _STAMP_TZ),
    "interval": (_TIME,),
    "json": ("jsonb",),
    "jsonb": ("json",),
    "macaddr": ("macaddr8",),
    "macaddr8": ("macaddr",),
    "money": ("numeric",),
    "smallint": ("oid",),
    "integer": ("oid", "money"),
    "bigint": ("oid", "money"),
    "numeric": ("money",),
    "oid": ("integer", "bigint"),
    _TIME: ("interval", _TIME_TZ),
    _TIME_TZ: (_TIME,),
    _STAMP: ("date", _TIME, _STAMP_TZ),
    _STAMP_TZ: ("date", _TIME, _TIME_TZ, _STAMP),
}
_EXPLICIT: Final = {
    "bit": ("integer", "bigint"),
    "boolean": ("integer",),
    "integer": ("boolean", "bit"),
    "bigint": ("bit",),
    "jsonb": ("boolean", *_NUMBERS),
    **{f"{kind}range": (f"{kind}multirange",) for kind in ("int4", "int8", "num", "ts", "tstz", "date")},
}
_BINARY: Final = {  # stored the same way
    ("character varying", "text"),
    ("text", "character varying"),
    ("cidr", "inet"),
    ("xml", "text"),
    ("xml", "character varying"),
    ("bit", "bit varying"),
    ("integer", "oid"),
    ("oid", "integer"),
}
_LOSSLESS: Final = {
    ("smallint", "real"),
    ("smallint", "double precision"),
    ("integer", "double precision"),
    ("real", "double precision"),
    ("date", _STAMP),
    ("date", _STAMP_TZ),
    (_STAMP, _STAMP_TZ),
    (_TIME, _TIME_TZ),
    (_TIME, "interval"),
    ("bit", "bit varying"),
    ("cidr", "inet"),
    ("macaddr", "macaddr8"),
    ("jsonb", "json"),
    ("money", "numeric"),
    ("integer", "oid"),
    ("oid", "bigint"),
}


class Cast(Enum):
    """How a value gets from one type to another: by itself, by a cast that has to be written, not at all."""

    ASSIGNMENT = "assignment"
    EXPLICIT = "explicit"
    NONE = "none"


class Conversion(NamedTuple):
    """rewrites: the whole table is written anew. loses: values may not come through as they were."""

    cast: Cast
    rewrites: bool
    loses: bool

    @property
    def risk(self) -> Risk:
        """The risk of converting a column, apart from what belongs to it."""
        if self.loses:
            return Risk.LOSES_DATA
        return Risk.REWRITES_TABLE if self.rewrites else Risk.SAFE


class _Type(NamedTuple):
    base: str
    modifiers: tuple[int, ...]
    dimensions: int


def convert(old: str, new: str, *, is_enum: Callable[[str], bool] = lambda _: False) -> Conversion:
    """Return what happens to a column of type `old` that becomes `new`; neither is a domain.

    is_enum: whether a type is an enum, whose labels text becomes only if it is one of them.
    """
    if old == new:
        return Conversion(Cast.ASSIGNMENT, rewrites=False, loses=False)
    source, target = _parse(old), _parse(new)
    cast = _cast(source, target)
    loses = not _keeps(source, target) and not (source.base == "text" and is_enum(new))
    return Conversion(cast, _rewrites(source, target), loses)


def _parse(text: str) -> _Type:
    found = _TYPE.fullmatch(text)
    assert found is not None
    base, first, second, zone, brackets = found.groups()
    modifiers = tuple(int(number) for number in (first, second) if number is not None)
    if base.startswith("numeric") and len(modifiers) == 1:
        modifiers = (*modifiers, 0)
    return _Type(base + (zone or ""), modifiers, len(brackets or "") // 2)


def _cast(old: _Type, new: _Type) -> Cast:
    """Return the cast; arrays are cast element by element."""
    if new.base in _STRINGS and new.dimensions in (0, old.dimensions):
        return Cast.ASSIGNMENT
    if old.dimensions == new.dimensions:
        numbers = old.base in _NUMBERS and new.base in _NUMBERS
        if old.base == new.base or numbers or new.base in _ASSIGNED.get(old.base, ()):
            return Cast.ASSIGNMENT
        if new.base in _EXPLICIT.get(old.base, ()):
            return Cast.EXPLICIT
    return Cast.EXPLICIT if old.base in _STRINGS and old.dimensions in (0, new.dimensions) else Cast.NONE


def _rewrites(old: _Type, new: _Type) -> bool:
    if old.dimensions or new.dimensions:
        return True
    if old.base == new.base:
        return not _widens(old, new)
    if {old.base, new.base} <= {"text", "character varying"}:
        return bool(new.modifiers)
    return (old.base, new.base) not in _BINARY or bool(new.modifiers)


def _widens(old: _Type, new: _Type) -> bool:
    """Return whether the new modifiers of a type let in all that the old ones did, without a change."""
    if old.base == "character":
        return False  # it is filled up with blanks
    if not new.modifiers:
        return True
    if not old.modifiers:
        return old.base != "character varying" and "time" in old.base and new.modifiers >= (6,)
    if old.base == "numeric":
        return new.modifiers[0] >= old.modifiers[0] and new.modifiers[1] == old.modifiers[1]
    return old.base != "bit" and new.modifiers >= old.modifiers


def _keeps(old: _Type, new: _Type) -> bool:
    """Return whether every value of the old type comes through."""
    if (
        new.base in ("text", "character varying")
        and new.dimensions in (0, old.dimensions)
        and not new.modifiers
    ):
        return True
    if old.dimensions != new.dimensions:
        return False
    if old.base == new.base and old.base != "numeric":
        return new.modifiers >= old.modifiers if old.base == "character" else _widens(old, new)
    if new.base == "numeric" and old.base in ("numeric", *_DIGITS):
        return _fits(old, new)
    if old.base in _DIGITS and new.base in _DIGITS:
        return _DIGITS[old.base] < _DIGITS[new.base]
    return (old.base, new.base) in _LOSSLESS and not new.modifiers


def _fits(old: _Type, new: _Type) -> bool:
    """Return whether a numeric with these modifiers holds all digits of a number."""
    if not new.modifiers:
        return True
    if old.base == "numeric" and not old.modifiers:
        return False
    digits, scale = old.modifiers if old.base == "numeric" else (_DIGITS[old.base], 0)
    return new.modifiers[1] >= scale and new.modifiers[0] - new.modifiers[1] >= digits - scale
