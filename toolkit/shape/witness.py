"""What of a shape was seen in documents: each key, null, absence, element, alternative and value.

A contract that promises less than the documents keep is sound and useless; what no document has ever shown
is a place where it may promise too little.
"""

from collections.abc import Iterator
from typing import Any

from toolkit.core import notation
from toolkit.core.notation import write_name
from toolkit.core.shapes import (
    Array,
    Null,
    Object,
    Opaque,
    Scalar,
    Shape,
    Tuple,
    Union,
    accepts_null,
    not_null,
)
from toolkit.shape.verify import check


def expected(shape: Shape, path: str) -> Iterator[str]:
    """Yield everything that the documents of a shape can show, as texts that begin with the path."""
    if isinstance(shape, Opaque):
        return
    if accepts_null(shape):
        yield f"{path} is null"
    if not isinstance(shape, Null):
        yield from _expected(not_null(shape), path)


def _expected(shape: Shape, path: str) -> Iterator[str]:
    match shape:
        case Object():
            yield f"{path} is an object"
            yield from _expected_keys(shape, path)
        case Array():
            yield f"{path} is empty"
            yield from expected(shape.element, f"{path}[]")
        case Tuple():
            for place, item in enumerate(shape.items):
                yield from expected(item, f"{path}[{place}]")
        case Union():
            yield from (f"{path} is {notation.write(each)}" for each in shape.alternatives)
        case Scalar() if shape.values:
            yield from (f"{path} is {value}" for value in shape.values)
        case _:
            yield f"{path} is {notation.write(shape)}"


def _expected_keys(shape: Object, path: str) -> Iterator[str]:
    for each in shape.properties:
        if each.optional:
            yield f"{path}.{write_name(each.name)} is absent"
        yield from expected(each.shape, f"{path}.{write_name(each.name)}")
    if shape.extra is not None:
        yield from expected(shape.extra, f"{path}.[key]")


def observed(document: Any, shape: Shape, path: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield what a document that has the shape shows of it, in the texts of `expected`."""
    if isinstance(shape, Opaque):
        return
    if document is None:
        yield f"{path} is null"
    else:
        yield from _observed(document, not_null(shape), path)


def _observed(document: Any, shape: Shape, path: str) -> Iterator[str]:  # noqa: ANN401
    match shape:
        case Object():
            yield f"{path} is an object"
            yield from _observed_keys(document, shape, path)
        case Array():
            yield from [] if document else [f"{path} is empty"]
            for item in document:
                yield from observed(item, shape.element, f"{path}[]")
        case Tuple():
            for place, (item, inner) in enumerate(zip(document, shape.items, strict=True)):
                yield from observed(item, inner, f"{path}[{place}]")
        case Union():
            fitting = (each for each in shape.alternatives if not any(check(document, each)))
            yield from (f"{path} is {notation.write(each)}" for each in fitting)
        case Scalar() if shape.values:
            text = str(document).lower() if isinstance(document, bool) else str(document)
            yield f"{path} is {text}"
        case _:
            yield f"{path} is {notation.write(shape)}"


def _observed_keys(document: dict[str, Any], shape: Object, path: str) -> Iterator[str]:
    names = {each.name for each in shape.properties}
    for each in shape.properties:
        if each.name in document:
            yield from observed(document[each.name], each.shape, f"{path}.{write_name(each.name)}")
        else:
            yield f"{path}.{write_name(each.name)} is absent"
    if shape.extra is not None:
        for name, value in document.items():
            if name not in names:
                yield from observed(value, shape.extra, f"{path}.[key]")
