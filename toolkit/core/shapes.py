"""The shape of a JSON document: its keys, what stands in them, what may be null and what may be absent.

A shape stands for the set of JSON values that it allows. SQL NULL is no JSON value: whether a column may hold
it is said beside the shape (`toolkit.core.contract.Column`). `toolkit.core.notation` has the text of a shape.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

_INTEGERS = frozenset({"smallint", "integer", "bigint"})
_NUMBERS = frozenset({"numeric", "float4", "float8"})
_BOTH = {"true", "false"}


@dataclass(frozen=True, slots=True)
class Shape:
    """One of the classes below.

    nullable: JSON null is allowed too. origin: where the value comes from, such as "tb_user.name"; it is no
    part of the shape, and not compared.
    """

    nullable: bool = field(default=False, kw_only=True)
    origin: str = field(default="", kw_only=True, compare=False)


@dataclass(frozen=True, slots=True)
class Scalar(Shape):
    """A value of an SQL type, as to_jsonb prints it.

    type: PostgreSQL's short name with its modifier, such as timestamptz or varchar(200); a domain's or an
    enum's own name, qualified where it stands outside the schema of the project. base: the type under a
    domain, empty for others. values: all that there can be, as SQL text; empty where that is open. One value
    is a constant; an enum has its labels in their order.
    """

    type: str
    base: str = ""
    values: tuple[str, ...] = ()

    @property
    def json_type(self) -> str:
        """Return "integer", "number", "boolean" or "string"; NaN and infinite numbers are strings."""
        name = (self.base or self.type).partition("(")[0]
        if name in _INTEGERS:
            return "integer"
        return "number" if name in _NUMBERS else "boolean" if name == "boolean" else "string"


@dataclass(frozen=True, slots=True)
class Property:
    """A key of an object. optional: it may be absent, which is something else than null."""

    name: str
    shape: Shape
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Object(Shape):
    """An object with these keys, in the order in which the SQL has them, and no others.

    extra: what stands in any other key; None where there are none. An object of nothing else is a map.
    """

    properties: tuple[Property, ...] = ()
    extra: Shape | None = None

    def get(self, name: str) -> Property | None:
        """Return the property of that name."""
        return next((each for each in self.properties if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Array(Shape):
    """An array of any length."""

    element: Shape


@dataclass(frozen=True, slots=True)
class Tuple(Shape):
    """An array with these elements; without any it is the empty array."""

    items: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True)
class Union(Shape):
    """One of several; made by `union_of`. Without alternatives it is the shape of what can't be."""

    alternatives: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True)
class Null(Shape):
    """JSON null and nothing else."""


@dataclass(frozen=True, slots=True)
class Opaque(Shape):
    """Any JSON value, null among them; reason says why no more is known."""

    reason: str


NEVER = Union()


def accepts_null(shape: Shape) -> bool:
    """Tell whether JSON null is among the values of a shape."""
    return shape.nullable or isinstance(shape, Null | Opaque)


def or_null(shape: Shape) -> Shape:
    """Return the shape with JSON null allowed."""
    if accepts_null(shape):
        return shape
    return Null(origin=shape.origin) if shape == NEVER else replace(shape, nullable=True)


def not_null(shape: Shape) -> Shape:
    """Return the shape without JSON null; an Opaque can't lose it."""
    if isinstance(shape, Null):
        return NEVER
    return replace(shape, nullable=False) if shape.nullable else shape


def union_of(shapes: Iterable[Shape]) -> Shape:
    """Return the shape of a value that has one of these shapes, the same whatever their order.

    What another alternative allows already is left out.
    """
    flat = list(_flat(shapes))
    opaque = min((shape for shape in flat if isinstance(shape, Opaque)), key=_reason, default=None)
    if opaque is not None:
        return opaque
    alternatives: list[Shape] = []
    nullable = False
    # Two may cover each other, such as arrays of what is opaque for two reasons: one of them stays.
    for shape in sorted(flat, key=canonical_json) if len(flat) > 1 else flat:
        nullable = nullable or accepts_null(shape)
        _add(alternatives, not_null(shape))
    if len(alternatives) > 1:
        alternatives.sort(key=canonical_json)
    only = alternatives[0] if len(alternatives) == 1 else Union(tuple(alternatives))
    return or_null(only) if nullable else only


def _reason(shape: Opaque) -> str:
    return shape.reason


def _flat(shapes: Iterable[Shape]) -> Iterable[Shape]:
    for shape in shapes:
        if isinstance(shape, Union):
            yield from shape.alternatives
            if shape.nullable:
                yield Null()
        else:
            yield shape


def _add(alternatives: list[Shape], shape: Shape) -> None:
    if shape == NEVER:
        return
    for place, other in enumerate(alternatives):
        if covers(other, shape):
            return
        if isinstance(shape, Scalar) and isinstance(other, Scalar) and _same_type(shape, other):
            shape = replace(other, values=_merged(other, shape))
            del alternatives[place]
            break
    alternatives[:] = [other for other in alternatives if not covers(shape, other)]
    alternatives.append(shape)


def _same_type(one: Scalar, other: Scalar) -> bool:
    return (one.type, one.base) == (other.type, other.base)


def _merged(one: Scalar, other: Scalar) -> tuple[str, ...]:
    if not one.values or not other.values:
        return ()
    values = {*one.values, *other.values}
    return () if values == _BOTH and one.json_type == "boolean" else tuple(sorted(values))


def covers(wide: Shape, narrow: Shape) -> bool:
    """Tell whether every value of `narrow` is certainly one of `wide`."""
    if isinstance(wide, Opaque):
        return True
    if accepts_null(narrow) and not accepts_null(wide):
        return False
    if isinstance(narrow, Union):
        return all(covers(wide, each) for each in narrow.alternatives)
    if isinstance(wide, Union):
        return isinstance(narrow, Null) or any(covers(each, not_null(narrow)) for each in wide.alternatives)
    return isinstance(narrow, Null) or _covers_values(wide, narrow)


def _covers_values(wide: Shape, narrow: Shape) -> bool:
    match wide, narrow:
        case Scalar(), Scalar():
            fewer = bool(narrow.values) and set(wide.values) >= set(narrow.values)
            return _same_type(wide, narrow) and (not wide.values or fewer)
        case Array(), Array():
            return covers(wide.element, narrow.element)
        case Array(), Tuple():
            return all(covers(wide.element, item) for item in narrow.items)
        case Tuple(), Tuple():
            return len(wide.items) == len(narrow.items) and all(map(covers, wide.items, narrow.items))
        case Object(), Object():
            return _object_covers(wide, narrow)
    return False


def _object_covers(wide: Object, narrow: Object) -> bool:
    theirs = {each.name: each for each in narrow.properties}
    for ours in wide.properties:
        found = theirs.pop(ours.name, None)
        if found is None:
            if not ours.optional or (narrow.extra is not None and not covers(ours.shape, narrow.extra)):
                return False
        elif (found.optional and not ours.optional) or not covers(ours.shape, found.shape):
            return False
    others = [each.shape for each in theirs.values()] + ([narrow.extra] if narrow.extra is not None else [])
    return not others or (wide.extra is not None and all(covers(wide.extra, each) for each in others))


def plain(shape: Shape) -> dict[str, Any]:
    """Return the shape as what JSON can hold; the order of an object's keys is not in it."""
    made: dict[str, Any] = {"kind": type(shape).__name__.lower()}
    if shape.nullable:
        made["nullable"] = True
    if isinstance(shape, Scalar):
        made["type"] = shape.type
        made |= {name: value for name in ("base", "values") if (value := getattr(shape, name))}
    elif isinstance(shape, Object):
        made["properties"] = {
            each.name: plain(each.shape) | ({"optional": True} if each.optional else {})
            for each in shape.properties
        }
        if shape.extra is not None:
            made["extra"] = plain(shape.extra)
    elif isinstance(shape, Array):
        made["element"] = plain(shape.element)
    elif isinstance(shape, Tuple | Union):
        parts = shape.items if isinstance(shape, Tuple) else shape.alternatives
        made["items" if isinstance(shape, Tuple) else "alternatives"] = [plain(part) for part in parts]
    elif isinstance(shape, Opaque):
        made["reason"] = shape.reason
    return made


def canonical_json(shape: Shape) -> str:
    """Return JSON that is the same for equal shapes, whatever the order of keys."""
    return to_canonical_json(plain(shape))


def to_canonical_json(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, no escapes that are not needed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical JSON of a value, in hexadecimal."""
    return hashlib.sha256(to_canonical_json(value).encode()).hexdigest()
