"""PostgreSQL's operations on JSON documents, on shapes instead of documents.

A function that may also find nothing (SQL NULL) returns the shape of what it finds and whether it may not.
The rules are those of the manual's "JSON Functions and Operators", checked by tests that run both sides.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

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
    not_null,
    union_of,
)

Found = tuple[Shape, bool]
_MOST_ALTERNATIVES = 16


def literal(value: Any) -> Shape:  # noqa: ANN401 - whatever the document is
    """Return the shape of one document; numbers are Decimal."""
    match value:
        case None:
            return Null()
        case bool():
            return Scalar("boolean", values=("true" if value else "false",))
        case str():
            return Scalar("text", values=(value,))
        case Decimal():
            text = f"{value:f}"
            is_int = "." not in text and abs(value) < 2**31
            return Scalar("integer" if is_int else "numeric", values=(text,))
        case list():
            return Tuple(tuple(literal(each) for each in value))
        case _:
            return Object(tuple(Property(name, literal(each)) for name, each in value.items()))


def alternatives(shape: Shape) -> list[Shape]:
    """Return what a document may be, JSON null among it, without unions."""
    if isinstance(shape, Union):
        parts = list(shape.alternatives)
    else:
        parts = [not_null(shape)] if not isinstance(shape, Null) else []
    return [*parts, Null()] if accepts_null(shape) and not isinstance(shape, Opaque) else parts


def each_of(shape: Shape, rule: Callable[[Shape], Found]) -> Found:
    """Apply a rule to every alternative."""
    results = [rule(each) for each in alternatives(shape)]
    return union_of(found for found, _ in results), any(missing for _, missing in results)


def field(shape: Shape, name: str | None) -> Found:
    """Return what `->` finds under a key; name: None where any key may be meant."""
    return each_of(shape, lambda each: _field(each, name))


def _field(shape: Shape, name: str | None) -> Found:
    if isinstance(shape, Opaque):
        return shape, True
    if not isinstance(shape, Object):
        return NEVER, True
    found = shape.get(name) if name is not None else None
    if found is not None:
        return found.shape, found.optional
    inside = [each.shape for each in shape.properties] if name is None else []
    return union_of(inside + ([shape.extra] if shape.extra is not None else [])), True


def item(shape: Shape, index: int | None) -> Found:
    """Return what `->` finds at a place in an array; index: None where it is not known."""
    return each_of(shape, lambda each: _item(each, index))


def _item(shape: Shape, index: int | None) -> Found:
    if isinstance(shape, Opaque):
        return shape, True
    if isinstance(shape, Tuple):
        if index is not None:
            inside = -len(shape.items) <= index < len(shape.items)
            return (shape.items[index], False) if inside else (NEVER, True)
        return union_of(shape.items), True
    if isinstance(shape, Array):
        return shape.element, True
    # A scalar of jsonb is kept as an array of one, and `->` lets that be seen.
    is_only = isinstance(shape, Scalar | Null) and index in (None, 0, -1)
    return (shape if is_only else NEVER), True


def at(shape: Shape, path: Sequence[str | None]) -> Found:
    """Return what `#>` finds at a path of keys and places."""
    missing = False
    for step in path:
        shape, absent = each_of(shape, lambda each, step=step: _step(each, step))  # type: ignore[misc]
        missing = missing or absent
    return shape, missing


def _step(shape: Shape, step: str | None) -> Found:
    if isinstance(shape, Array | Tuple):
        return _item(shape, _index(step))
    return _field(shape, step)


def _index(step: str | None) -> int | None:
    try:
        return None if step is None else int(step)
    except ValueError:
        return None


def items(shape: Shape) -> Shape:
    """Return the shape of the elements of an array; NEVER where there are none."""
    return each_of(shape, lambda each: _item(each, None))[0]


def entries(shape: Shape) -> Shape:
    """Return the shape of the values of an object."""
    return each_of(shape, lambda each: _field(each, None))[0]


def json_types(shape: Shape) -> tuple[str, ...]:
    """Return what jsonb_typeof may say; nothing where that is open."""
    names = set()
    for each in alternatives(shape):
        if isinstance(each, Opaque):
            return ()
        if isinstance(each, Scalar):
            kind = "number" if each.json_type == "integer" else each.json_type
            names |= {kind, "string"} if each.json_type == "number" else {kind}
        else:
            names.add({Null: "null", Object: "object"}.get(type(each), "array"))
    return tuple(sorted(names))


def loosened(shape: Shape) -> Shape:
    """Return the shape with arrays of any length in place of those of one length."""
    match shape:
        case Tuple() if shape.items:
            return Array(loosened(union_of(shape.items)), nullable=shape.nullable)
        case Array():
            return replace(shape, element=loosened(shape.element))
        case Object():
            properties = tuple(replace(each, shape=loosened(each.shape)) for each in shape.properties)
            return replace(shape, properties=properties, extra=shape.extra and loosened(shape.extra))
        case Union():
            arrays = [each for each in shape.alternatives if isinstance(each, Array | Tuple)]
            others = [loosened(each) for each in shape.alternatives if each not in arrays]
            merged = [loosened(Array(union_of(map(items, arrays))))] if arrays else []
            return replace(union_of([*others, *merged]), nullable=shape.nullable)
    return shape


def concat(left: Shape, right: Shape) -> Shape:
    """Return what `||` makes of two documents, neither SQL NULL."""
    lefts, rights = alternatives(left), _merge_with_empty(alternatives(right))
    if len(lefts) * len(rights) > _MOST_ALTERNATIVES:
        lefts, rights = merge_objects(lefts), merge_objects(rights)
    return union_of(_concat(one, other) for one in lefts for other in rights)


def _concat(left: Shape, right: Shape) -> Shape:
    for side in (left, right):
        if isinstance(side, Opaque):
            return side
    if isinstance(left, Object) and isinstance(right, Object):
        return _override(left, right)
    one, other = _as_array(left), _as_array(right)
    if isinstance(one, Tuple) and isinstance(other, Tuple):
        return Tuple(one.items + other.items)
    return Array(union_of([items(one), items(other)]))


def _as_array(shape: Shape) -> Array | Tuple:
    return shape if isinstance(shape, Array | Tuple) else Tuple((shape,))


def _override(left: Object, right: Object) -> Object:
    properties = {each.name: each for each in left.properties}
    if right.extra is not None:
        properties = {
            name: replace(each, shape=union_of([each.shape, right.extra]))
            for name, each in properties.items()
        }
    for each in right.properties:
        before = properties.get(each.name)
        shapes = [each.shape]
        if each.optional:
            shapes += [before.shape] if before else []
            shapes += [left.extra] if left.extra is not None and before is None else []
        optional = each.optional and (before is None or before.optional)
        properties[each.name] = Property(each.name, union_of(shapes), optional)
    extras = [extra for extra in (left.extra, right.extra) if extra is not None]
    return Object(tuple(properties.values()), union_of(extras) if extras else None)


def _merge_with_empty(shapes: list[Shape]) -> list[Shape]:
    """Make keys optional where one alternative is the empty object: `|| CASE … ELSE '{}' END`."""
    return merge_objects(shapes) if Object() in shapes else shapes


def merge_objects(shapes: Iterable[Shape]) -> list[Shape]:
    """Make one object of all the objects among alternatives: what one of them lacks is optional."""
    every = list(shapes)
    objects = [each for each in every if isinstance(each, Object)]
    if len(objects) <= 1:
        return every
    names = {each.name: None for one in objects for each in one.properties}
    extras = [each.extra for each in objects if each.extra is not None]
    properties = []
    for name in names:
        found = [each.get(name) for each in objects]
        there = [each for each in found if each is not None]
        shape = union_of([each.shape for each in there] + (extras if len(there) < len(found) else []))
        optional = len(there) < len(found) or any(each.optional for each in there)
        properties.append(Property(name, shape, optional))
    merged = Object(tuple(properties), union_of(extras) if extras else None)
    return [*(each for each in every if not isinstance(each, Object)), merged]


def without(shape: Shape, names: Sequence[str] | None) -> Shape:
    """Return what `-` leaves of a document without some keys, or strings of an array; None: any may go."""
    return union_of(_without(each, names) for each in alternatives(shape))


def _without(shape: Shape, names: Sequence[str] | None) -> Shape:
    if isinstance(shape, Object):
        if names is None:
            return replace(shape, properties=tuple(replace(each, optional=True) for each in shape.properties))
        return replace(shape, properties=tuple(each for each in shape.properties if each.name not in names))
    if isinstance(shape, Tuple):
        return Array(union_of(shape.items)) if shape.items else shape
    return shape if isinstance(shape, Array | Opaque) else NEVER  # a scalar is refused


def without_item(shape: Shape) -> Shape:
    """Return what `-` leaves of an array without the element at some place."""
    return union_of(
        _without(each, ()) if isinstance(each, Array | Tuple | Opaque) else NEVER
        for each in alternatives(shape)
    )


def without_path(shape: Shape, path: Sequence[str] | None) -> Shape:
    """Return what `#-` leaves; path: None where it is not known."""
    if path is None:
        return Opaque("#- with a path that is no constant")
    return union_of(_without_path(each, path) for each in alternatives(shape))


def _without_path(shape: Shape, path: Sequence[str]) -> Shape:
    if not path or isinstance(shape, Opaque):
        return shape
    if len(path) == 1:
        if isinstance(shape, Array | Tuple):
            return _without(shape, ())
        return _without(shape, path) if isinstance(shape, Object) else shape
    return _inside(shape, path[0], lambda inner: without_path(inner, path[1:]))


def _inside(shape: Shape, step: str, change: Callable[[Shape], Shape]) -> Shape:
    """Change what stands at one step of a path, if anything does."""
    if isinstance(shape, Object):
        properties = tuple(
            replace(each, shape=change(each.shape)) if each.name == step else each
            for each in shape.properties
        )
        extra = shape.extra
        if extra is not None and shape.get(step) is None:
            extra = union_of([extra, change(extra)])
        return replace(shape, properties=properties, extra=extra)
    if isinstance(shape, Array):
        return replace(shape, element=union_of([shape.element, change(shape.element)]))
    if isinstance(shape, Tuple):
        return Tuple(tuple(union_of([each, change(each)]) for each in shape.items))
    return shape


def with_value(shape: Shape, path: Sequence[str] | None, value: Shape, *, create: bool) -> Shape:
    """Return what jsonb_set or jsonb_insert makes; path: None where it is not known."""
    if path is None:
        return Opaque("a path that is no constant")
    return union_of(_with_value(each, path, value, create=create) for each in alternatives(shape))


def _with_value(shape: Shape, path: Sequence[str], value: Shape, *, create: bool) -> Shape:
    if not path or isinstance(shape, Opaque):
        return shape
    if len(path) > 1:

        def deeper(inner: Shape) -> Shape:
            return with_value(inner, path[1:], value, create=create)

        return _inside(shape, path[0], deeper)
    if isinstance(shape, Array | Tuple):
        return Array(union_of([items(shape), value]))
    # A scalar at the end of a path stays; as the whole document it is refused.
    return _with_key(shape, path[0], value, create=create) if isinstance(shape, Object) else shape


def _with_key(shape: Object, name: str, value: Shape, *, create: bool) -> Shape:
    found = shape.get(name)
    if found is not None:
        optional = found.optional and not create
        changed = Property(name, value, optional)
        return replace(
            shape, properties=tuple(changed if each is found else each for each in shape.properties)
        )
    if create:
        return replace(shape, properties=(*shape.properties, Property(name, value)))
    return shape if shape.extra is None else replace(shape, extra=union_of([shape.extra, value]))


def strip_nulls(shape: Shape, *, in_arrays: bool = False) -> Shape:
    """Return what is left of a document without the keys whose value is null, at any depth."""
    return union_of(_strip(each, in_arrays=in_arrays) for each in alternatives(shape))


def _strip(shape: Shape, *, in_arrays: bool) -> Shape:
    if isinstance(shape, Object):
        properties = []
        for each in shape.properties:
            inner = not_null(strip_nulls(each.shape, in_arrays=in_arrays))
            if inner != NEVER:
                properties.append(Property(each.name, inner, each.optional or accepts_null(each.shape)))
        extra = shape.extra and not_null(strip_nulls(shape.extra, in_arrays=in_arrays))
        return Object(tuple(properties), None if extra == NEVER else extra)
    if isinstance(shape, Array):
        element = strip_nulls(shape.element, in_arrays=in_arrays)
        return _array(not_null(element) if in_arrays else element)
    if isinstance(shape, Tuple):
        inner_items = [strip_nulls(each, in_arrays=in_arrays) for each in shape.items]
        if in_arrays and any(map(accepts_null, inner_items)):
            return _array(not_null(union_of(inner_items)))
        return Tuple(tuple(inner_items))
    return shape


def _array(element: Shape) -> Shape:
    return Tuple() if element == NEVER else Array(element)
