"""The types that documents are read as: what the contract says of them, checked while they are decoded."""

from decimal import Decimal
from functools import reduce
from operator import or_
from types import GenericAlias
from typing import Any, Final, Literal, NotRequired, TypedDict

import msgspec

from toolkit.core.contract import ReadModel
from toolkit.core.shapes import Array, Null, Object, Property, Scalar, Shape, Union, or_null

_NO_NUMBERS: Final = Literal["NaN", "Infinity", "-Infinity"]  # as PostgreSQL writes them in JSON
_made: Final[Any] = TypedDict  # mypy knows it as a statement only
_SCALARS: Final[dict[str, Any]] = {"integer": int, "boolean": bool, "string": str}


def document_shape(model: ReadModel) -> Shape:
    """Return the shape of the documents of a read model: of its column data, else of its whole rows."""
    column = model.document
    if column is not None:
        return column.shape
    return Object(
        tuple(
            Property(each.name, or_null(each.shape) if each.nullable else each.shape)
            for each in model.columns
        )
    )


def type_of(shape: Shape) -> Any:
    """Return the type that msgspec decodes JSON of a shape as, in plain values.

    Objects are dicts with the keys that the contract knows; numeric is Decimal. What msgspec can't tell apart
    is any value.
    """
    type_ = _type(shape)
    return type_ | None if shape.nullable and type_ is not Any else type_


def _type(shape: Shape) -> Any:
    if isinstance(shape, Scalar):
        return _scalar(shape)
    if isinstance(shape, Object):
        return _object(shape)
    if isinstance(shape, Array):
        return GenericAlias(list, (type_of(shape.element),))
    if isinstance(shape, Union):
        return _union(shape)
    return None if isinstance(shape, Null) else Any


def _scalar(shape: Scalar) -> Any:
    if shape.json_type == "number":
        numeric = (shape.base or shape.type).partition("(")[0] == "numeric"
        return Decimal if numeric else float | _NO_NUMBERS
    if shape.json_type == "string" and shape.values:
        return Literal[shape.values]
    return _SCALARS[shape.json_type]


def _object(shape: Object) -> Any:
    if shape.extra is not None or not shape.properties:
        return dict[str, Any]
    keys = {
        each.name: NotRequired[type_of(each.shape)] if each.optional else type_of(each.shape)
        for each in shape.properties
    }
    return _made("Document", keys)


def _union(shape: Union) -> Any:
    types = [type_of(each) for each in shape.alternatives]
    if not types or Any in types:
        return Any
    made = reduce(or_, types)
    try:
        msgspec.json.Decoder(made)
    except TypeError:
        return Any
    return made
