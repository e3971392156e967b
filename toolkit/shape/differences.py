"""What a change of a shape means for those who read documents of it.

A reader of the old shape ignores keys that it does not know. A change breaks it if and only if some document
of the new shape is none of the old one, read so. Beside that there are changes that such a reader bears and a
program may not (a wider number, one value more): warnings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from toolkit.core import notation
from toolkit.core.shapes import (
    NEVER,
    Array,
    Null,
    Object,
    Opaque,
    Property,
    Scalar,
    Shape,
    Tuple,
    Union,
    accepts_null,
    covers,
    not_null,
)


class Verdict(StrEnum):
    """Whether readers break, may break, or can't notice."""

    BREAK = "BREAK"
    WARN = "WARN"
    SAFE = "SAFE"


@dataclass(frozen=True, slots=True)
class ShapeChange:
    """One difference. path: the keys that lead to it, `[]` for the elements of an array.

    origin: what the new value comes from, such as tb_user.name; empty where that is not known.
    of_text: only what stands in a text or a number changes, the types of JSON do not.
    """

    path: tuple[str, ...]
    verdict: Verdict
    message: str
    origin: str = ""
    of_text: bool = False


# Types of one JSON type whose text has another form: a reader that parses one can't parse the other.
_FREE: Final = frozenset({"text", "varchar", "char", "citext", "name"})
_WIDTHS: Final = ("smallint", "integer", "bigint")
_NUMBERS: Final = frozenset({"numeric", "float4", "float8"})


def shape_changes(old: Shape, new: Shape, path: tuple[str, ...] = ()) -> Iterator[ShapeChange]:
    """Yield what changes for readers from one shape to another; nothing where every key says the same."""
    if accepts_null(new) and not accepts_null(old):
        yield ShapeChange(path, Verdict.BREAK, "may be null now", new.origin)
    elif accepts_null(old) and not accepts_null(new):
        yield ShapeChange(path, Verdict.SAFE, "is never null now", new.origin)
    yield from _changes(not_null(old), not_null(new), path)


def _changes(old: Shape, new: Shape, path: tuple[str, ...]) -> Iterator[ShapeChange]:
    if NEVER in (old, new) or (isinstance(old, Opaque) and isinstance(new, Opaque)):
        if old == NEVER != new:
            yield ShapeChange(path, Verdict.BREAK, f"was always null, may be {_text(new)} now", new.origin)
        elif new == NEVER != old:
            yield ShapeChange(path, Verdict.SAFE, "is always null now", new.origin)
    elif isinstance(old, Opaque):
        yield ShapeChange(path, Verdict.SAFE, f"is {_text(new)} now, was not known", new.origin)
    elif isinstance(new, Opaque):
        yield ShapeChange(path, Verdict.BREAK, f"was {_text(old)}, may be anything now", new.origin)
    elif isinstance(old, Union) or isinstance(new, Union):
        yield from _union_changes(old, new, path)
    else:
        yield from _same_kind_changes(old, new, path)


def _same_kind_changes(old: Shape, new: Shape, path: tuple[str, ...]) -> Iterator[ShapeChange]:
    match old, new:
        case Scalar(), Scalar():
            yield from _scalar_changes(old, new, path)
        case Object(), Object():
            yield from _object_changes(old, new, path)
        case Array(), Array():
            yield from shape_changes(old.element, new.element, (*path, "[]"))
        case Array(), Tuple():
            for item in new.items:
                yield from shape_changes(old.element, item, (*path, "[]"))
        case Tuple(), Tuple() if len(old.items) == len(new.items):
            for place, (before, after) in enumerate(zip(old.items, new.items, strict=True)):
                yield from shape_changes(before, after, (*path, f"[{place}]"))
        case _:
            yield ShapeChange(path, Verdict.BREAK, f"was {_text(old)}, is {_text(new)} now", new.origin)


def _union_changes(old: Shape, new: Shape, path: tuple[str, ...]) -> Iterator[ShapeChange]:
    """Compare alternative by alternative, each new one with the old one that it is nearest to."""
    before = old.alternatives if isinstance(old, Union) else (old,)
    after = new.alternatives if isinstance(new, Union) else (new,)
    matched: set[int] = set()
    for alternative in after:
        choices = [
            (list(shape_changes(other, alternative, path)), place)
            for place, other in enumerate(before)
            if type(other) is type(alternative)
        ]
        best, place = min(choices, key=_weight, default=([], -1))
        if place < 0 or (len(before) > 1 and any(change.verdict is Verdict.BREAK for change in best)):
            message = f"may be {_text(alternative)} now"
            yield ShapeChange(path, Verdict.BREAK, message, alternative.origin or new.origin)
        else:
            matched.add(place)
            yield from best
    for place, other in enumerate(before):
        if place not in matched:
            yield ShapeChange(path, Verdict.SAFE, f"is never {_text(other)} now", new.origin)


def _weight(choice: tuple[list[ShapeChange], int]) -> tuple[int, int, int]:
    changes, place = choice
    breaks = sum(change.verdict is Verdict.BREAK for change in changes)
    return breaks, len(changes), place


def _scalar_changes(old: Scalar, new: Scalar, path: tuple[str, ...]) -> Iterator[ShapeChange]:
    if (old.type, old.base) != (new.type, new.base):
        verdict = _type_verdict(old, new)
        same = old.json_type == new.json_type
        yield ShapeChange(path, verdict, f"was {_type(old)}, is {_type(new)} now", new.origin, of_text=same)
        if verdict is Verdict.BREAK:
            return
    if old.values == new.values:
        return
    if not new.values:
        message = f"was one of {_values(old.values)}, may be any {_type(new)} now"
        yield ShapeChange(path, Verdict.BREAK, message, new.origin, of_text=True)
    elif not old.values:
        yield ShapeChange(path, Verdict.SAFE, f"is one of {_values(new.values)} now", new.origin)
    else:
        added = tuple(value for value in new.values if value not in old.values)
        removed = tuple(value for value in old.values if value not in new.values)
        if added:
            yield ShapeChange(path, Verdict.WARN, f"may be {_values(added)} now", new.origin)
        if removed:
            yield ShapeChange(path, Verdict.SAFE, f"is never {_values(removed)} now", new.origin)


def _type_verdict(old: Scalar, new: Scalar) -> Verdict:
    """Judge a change of the SQL type.

    Another JSON type breaks, but for an integer where a number was; so does another form of text, unless the
    old one was free text. The names of domains say nothing about values.
    """
    before, after = _name(old), _name(new)
    if old.json_type != new.json_type:
        whole = (old.json_type, new.json_type) == ("number", "integer")
        return Verdict.SAFE if whole else Verdict.BREAK
    if before == after:
        return _modifier_verdict(old, new)
    if before in _WIDTHS and after in _WIDTHS:
        return Verdict.WARN if _WIDTHS.index(after) > _WIDTHS.index(before) else Verdict.SAFE
    if before in _NUMBERS or (before in _FREE and after in _FREE):
        return Verdict.WARN
    if before in _FREE or (old.values and new.values and set(new.values) <= set(old.values)):
        return Verdict.WARN
    return Verdict.BREAK


def _modifier_verdict(old: Scalar, new: Scalar) -> Verdict:
    """Judge another length or precision, such as varchar(100) after varchar(50)."""
    before, after = _modifiers(old), _modifiers(new)
    if before and (not after or len(before) != len(after) or any(map(int.__gt__, after, before))):
        return Verdict.WARN
    return Verdict.SAFE


def _modifiers(shape: Scalar) -> tuple[int, ...]:
    inside = (shape.base or shape.type).partition("(")[2].rstrip(")")
    return tuple(int(part) for part in inside.split(",") if part.strip().isdigit())


def _name(shape: Scalar) -> str:
    return (shape.base or shape.type).partition("(")[0]


def _object_changes(old: Object, new: Object, path: tuple[str, ...]) -> Iterator[ShapeChange]:
    for each in old.properties:
        found = new.get(each.name)
        if found is None:
            yield _removed(each, old, new, path)
            continue
        if found.optional and not each.optional:
            yield ShapeChange((*path, each.name), Verdict.BREAK, "may be absent now", found.shape.origin)
        elif each.optional and not found.optional:
            yield ShapeChange((*path, each.name), Verdict.SAFE, "is always there now", found.shape.origin)
        yield from shape_changes(each.shape, found.shape, (*path, each.name))
    for each in new.properties:
        if old.get(each.name) is None:
            yield _added(each, old, path)
    yield from _extra_changes(old, new, path)


def _removed(each: Property, old: Object, new: Object, path: tuple[str, ...]) -> ShapeChange:
    there = (*path, each.name)
    if each.optional:
        return ShapeChange(there, Verdict.WARN, "key removed; it could be absent before")
    alike = [
        other.name for other in new.properties if old.get(other.name) is None and other.shape == each.shape
    ]
    hint = f"; {notation.write_name(alike[0])} looks like it" if len(alike) == 1 else ""
    return ShapeChange(there, Verdict.BREAK, f"key removed{hint}")


def _added(each: Property, old: Object, path: tuple[str, ...]) -> ShapeChange:
    there, origin = (*path, each.name), each.shape.origin
    if old.extra is not None and not covers(old.extra, each.shape):
        message = f"key is {_text(each.shape)} now, any key was {_text(old.extra)}"
        return ShapeChange(there, Verdict.BREAK, message, origin)
    return ShapeChange(
        there,
        Verdict.SAFE,
        f"key added: {_text(each.shape)}{' or null' if each.shape.nullable else ''}",
        origin,
    )


def _extra_changes(old: Object, new: Object, path: tuple[str, ...]) -> Iterator[ShapeChange]:
    there = (*path, "[key]")
    if old.extra is not None and new.extra is not None:
        yield from shape_changes(old.extra, new.extra, there)
    elif old.extra is not None:
        yield ShapeChange(there, Verdict.WARN, "no other keys any more; they could be absent before")
    elif new.extra is not None:
        for each in old.properties:
            if new.get(each.name) is None and each.optional:
                yield from shape_changes(each.shape, new.extra, (*path, each.name))
        yield ShapeChange(there, Verdict.SAFE, f"any other key may be there now: {_text(new.extra)}")


def _text(shape: Shape) -> str:
    """Return a short name of a shape."""
    match shape:
        case Object():
            return "a map" if not shape.properties and shape.extra else "an object"
        case Array() | Tuple():
            return "an array"
        case Null():
            return "null"
        case Union():
            return " or ".join(_text(alternative) for alternative in shape.alternatives) or "nothing"
        case _:
            return notation.write(not_null(shape))


def _type(shape: Scalar) -> str:
    return f"{shape.type}<{shape.base}>" if shape.base else shape.type


def _values(values: tuple[str, ...]) -> str:
    return ", ".join(values)
