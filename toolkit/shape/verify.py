"""Whether a document has a shape, value by value."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from toolkit.core import notation
from toolkit.core.shapes import Array, Object, Opaque, Scalar, Shape, Tuple, Union, accepts_null, not_null
from toolkit.core.words import counted

Path = tuple[str, ...]
Problem = tuple[Path, str]

_DATE = r"\d{4,}-\d\d-\d\d"
_TIME = r"\d\d:\d\d:\d\d(?:\.\d{1,6})?"
_ZONE = r"[+-]\d\d(?::\d\d){0,2}"
_FORMS = {
    "uuid": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "date": re.compile(rf"-?infinity|{_DATE}(?: BC)?"),
    "timestamp": re.compile(rf"-?infinity|{_DATE}T{_TIME}(?: BC)?"),
    "timestamptz": re.compile(rf"-?infinity|{_DATE}T{_TIME}{_ZONE}(?: BC)?"),
    "time": re.compile(_TIME),
    "timetz": re.compile(rf"{_TIME}{_ZONE}"),
    "bit": re.compile("[01]*"),
    "varbit": re.compile("[01]*"),
    "bytea": re.compile(r"\\x(?:[0-9a-f]{2})*"),
}
_BITS = {"smallint": 15, "integer": 31, "bigint": 63}
_NO_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity"})
_LENGTH = re.compile(r"(varchar|char|varbit|bit)\((\d+)\)")
_SCALE = re.compile(r"numeric\((\d+),(-?\d+)\)")


def check(document: Any, shape: Shape, path: Path = ()) -> Iterator[Problem]:  # noqa: ANN401 - any JSON
    """Yield what in a document is not as its shape says: the keys that lead there, and one sentence.

    document: as json.loads gives it with parse_float=Decimal.
    """
    if document is None:
        if not accepts_null(shape):
            yield path, f"null, where {notation.write(shape)} is promised"
    elif not isinstance(shape, Opaque):
        yield from _check(document, not_null(shape), path)


def _check(document: Any, shape: Shape, path: Path) -> Iterator[Problem]:  # noqa: ANN401
    if isinstance(shape, Union):
        yield from _check_union(document, shape, path)
    elif isinstance(shape, Object) and isinstance(document, dict):
        yield from _check_object(document, shape, path)
    elif isinstance(shape, Array) and isinstance(document, list):
        for place, item in enumerate(document):
            yield from check(item, shape.element, (*path, str(place)))
    elif isinstance(shape, Tuple) and isinstance(document, list):
        if len(document) != len(shape.items):
            yield path, f"{counted(len(document), 'element')}, where the contract has {len(shape.items)}"
        for place, (item, inner) in enumerate(zip(document, shape.items, strict=False)):
            yield from check(item, inner, (*path, str(place)))
    elif not isinstance(shape, Scalar) or not _is_scalar(document, shape):
        yield path, f"{_shown(document)}, where {notation.write(shape)} is promised"


def _check_union(document: Any, shape: Union, path: Path) -> Iterator[Problem]:  # noqa: ANN401
    """Yield nothing where one alternative fits, else what is wrong with the one that fits best."""
    found = [list(check(document, each, path)) for each in shape.alternatives]
    best = min(found, key=len, default=[(path, f"{_shown(document)}, where nothing is promised")])
    yield from best


def _check_object(document: dict[str, Any], shape: Object, path: Path) -> Iterator[Problem]:
    names = {each.name for each in shape.properties}
    for each in shape.properties:
        if each.name in document:
            yield from check(document[each.name], each.shape, (*path, each.name))
        elif not each.optional:
            yield (*path, each.name), "absent, though it is promised"
    for name, value in document.items():
        if name not in names:
            if shape.extra is None:
                yield (*path, name), "a key that is not promised"
            else:
                yield from check(value, shape.extra, (*path, name))


def _shown(document: Any) -> str:  # noqa: ANN401
    text = repr(document)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - the rest of a line


def _is_scalar(document: Any, shape: Scalar) -> bool:  # noqa: ANN401
    kind = shape.json_type
    if kind == "boolean":
        return isinstance(document, bool) and _is_value(str(document).lower(), shape)
    if isinstance(document, bool):
        return False
    if kind == "integer":
        name = shape.base or shape.type
        fits = isinstance(document, int) and -(2 ** _BITS[name]) <= document < 2 ** _BITS[name]
        return fits and _is_value(str(document), shape)
    if kind == "number":
        return _is_number(document, shape)
    return isinstance(document, str) and _is_value(document, shape) and _has_form(document, shape)


def _is_value(text: str, shape: Scalar) -> bool:
    return not shape.values or text in shape.values


def _is_number(document: Any, shape: Scalar) -> bool:  # noqa: ANN401
    if isinstance(document, str):
        return document in _NO_NUMBERS and _is_value(document, shape)
    if not isinstance(document, int | Decimal):
        return False
    number = Decimal(document)
    limit = _SCALE.fullmatch(shape.base or shape.type)
    if limit:
        precision, scale = int(limit[1]), int(limit[2])
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int)
        if -exponent > max(scale, 0) or number.copy_abs() >= Decimal(10) ** (precision - scale):
            return False
    return not shape.values or any(Decimal(value) == number for value in shape.values if value != "NaN")


def _has_form(text: str, shape: Scalar) -> bool:
    name = shape.base or shape.type
    limit = _LENGTH.fullmatch(name)
    if limit and (len(text) > int(limit[2]) if limit[1].startswith("var") else len(text) != int(limit[2])):
        return False
    form = _FORMS.get(name.partition("(")[0])
    return form is None or form.fullmatch(text) is not None
