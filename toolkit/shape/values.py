"""What is known of the value of an SQL expression."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from toolkit.core.shapes import NEVER, Shape, union_of

BOOLEAN, BIGINT, INTEGER, TEXT, UNKNOWN, RECORD, VOID = 16, 20, 23, 25, 705, 2249, 2278
JSON, JSONB = 114, 3802


@dataclass(frozen=True, slots=True)
class Value:
    """An SQL value.

    type, typmod: its type; the oid is 0 where that is not known. null: it may be SQL NULL; void: it is
    nothing else. shape: of a json or jsonb, the document where it is not NULL. element: of an array. fields:
    of a row, by name. values: all texts that there can be, none where that is open. column: relation and
    number of the column whose value it is, unchanged. origin: that column's name.
    """

    type: int
    null: bool
    typmod: int = -1
    shape: Shape | None = None
    element: "Value | None" = None
    fields: "tuple[tuple[str, Value], ...] | None" = None
    values: tuple[str, ...] = ()
    void: bool = False
    column: tuple[int, int] | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a query returns: columns by name. some: at least one row, whatever the tables hold."""

    columns: tuple[tuple[str, Value], ...]
    some: bool = False


def void(oid: int) -> Value:
    """Return the NULL of a type."""
    return Value(oid, null=True, void=True, shape=NEVER if oid in (JSON, JSONB) else None)


def boolean(*, null: bool) -> Value:
    """Return a truth value."""
    return Value(BOOLEAN, null)


def either(values: Iterable[Value]) -> Value:
    """Return what is one of these, all of one type; of what nothing is known in one, nothing is known."""
    every = list(values)
    some = [value for value in every if not value.void]
    null = any(value.null for value in every)
    if len(some) <= 1:
        return replace((some or every)[0], null=null, column=None if len(every) > 1 else every[0].column)
    first = some[0]
    return Value(
        first.type,
        null,
        first.typmod if all(value.typmod == first.typmod for value in some) else -1,
        shape=_either_shape(some),
        element=_either_element(some),
        fields=_either_fields(some),
        values=_either_values(some),
        origin=first.origin if all(value.origin == first.origin for value in some) else "",
    )


def _either_shape(values: Sequence[Value]) -> Shape | None:
    shapes = [value.shape for value in values if value.shape is not None]
    return union_of(shapes) if len(shapes) == len(values) else None


def _either_element(values: Sequence[Value]) -> Value | None:
    elements = [value.element for value in values if value.element is not None]
    return either(elements) if len(elements) == len(values) else None


def _either_fields(values: Sequence[Value]) -> tuple[tuple[str, Value], ...] | None:
    rows = [value.fields for value in values if value.fields is not None]
    names = {tuple(name for name, _ in row) for row in rows}
    if len(rows) < len(values) or len(names) > 1:
        return None
    return tuple(
        (columns[0][0], either(value for _, value in columns)) for columns in zip(*rows, strict=True)
    )


def _either_values(values: Sequence[Value]) -> tuple[str, ...]:
    if not all(value.values for value in values):
        return ()
    first = values[0].values
    if all(set(value.values) <= set(first) for value in values):
        return first
    found = {text for value in values for text in value.values}
    return () if values[0].type == BOOLEAN else tuple(sorted(found))
