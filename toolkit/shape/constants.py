"""Constants of queries as values: what stands there once and for all."""

import json
from dataclasses import replace
from decimal import Decimal

from toolkit.shape import datums, documents
from toolkit.shape.nodetree import Node, bytes_of
from toolkit.shape.types import Types
from toolkit.shape.values import BOOLEAN, JSON, JSONB, TEXT, UNKNOWN, Value, either, void

_TEXTS = frozenset({18, 19, 25, UNKNOWN, 1042, 1043})
_CHARACTER, _NAME = 18, 19
_SIZES = {21: 2, 23: 4, 20: 8, 26: 4}
_NUMERIC = 1700
_VARIABLE = -1


def constant(types: Types, node: Node) -> Value:
    """Return the value of a CONST."""
    oid, typmod = int(node["consttype"]), int(node["consttypmod"])
    if node["constisnull"] == "true":
        return void(TEXT if oid == UNKNOWN else oid)
    value = _decode(types, oid, typmod, bytes_of(node["constvalue"]))
    return replace(value, type=TEXT) if oid == UNKNOWN else value


def texts(types: Types, node: Node) -> list[str] | None:
    """Return the texts of a constant array of texts, in order; None where it is none or holds NULL."""
    while node[""] in ("RELABELTYPE", "ARRAYCOERCEEXPR"):
        node = node["arg"]
    if node[""] == "ARRAYEXPR":
        return _texts_of_elements(types, node["elements"])
    if node[""] != "CONST" or node["constisnull"] == "true" or not types.element(int(node["consttype"])):
        return None
    data = _with_long_header(bytes_of(node["constvalue"]))
    elements = [value.values for value in _elements(types, int(node["consttype"]), -1, data)]
    return [words[0] for words in elements] if all(len(words) == 1 for words in elements) else None


def _texts_of_elements(types: Types, nodes: list[Node]) -> list[str] | None:
    found = []
    for node in nodes:
        while node[""] == "RELABELTYPE":
            node = node["arg"]  # noqa: PLW2901
        value = constant(types, node) if node[""] == "CONST" else None
        if value is None or len(value.values) != 1:
            return None
        found.append(value.values[0])
    return found


def _decode(types: Types, oid: int, typmod: int, data: bytes) -> Value:
    if oid == JSONB:
        return Value(oid, null=False, shape=documents.literal(datums.jsonb(datums.body(data))))
    if types.element(oid):
        data = _with_long_header(data)
        elements = _elements(types, oid, typmod, data)
        value = Value(oid, null=False, typmod=typmod, element=either(elements or [void(types.element(oid))]))
        for _ in range(datums.dimensions(data) - 1):
            value = replace(value, element=value)
        return value
    if oid == JSON:
        document = json.loads(datums.body(data), parse_float=Decimal, parse_int=Decimal)
        return Value(oid, null=False, shape=documents.literal(document))
    text = _text(types, oid, data)
    known = types.any_value(oid, typmod, null=False)
    return known if text is None else Value(oid, null=False, typmod=typmod, values=(text,))


def _with_long_header(data: bytes) -> bytes:
    return b"\0\0\0" + data if data[0] & 1 else data


def _elements(types: Types, oid: int, typmod: int, data: bytes) -> list[Value]:
    element = types.element(oid)
    size = _size(types, element)
    if size is None:
        return [types.any_value(element, typmod, null=datums.has_nulls(data))]
    return [
        void(element) if each is None else _decode(types, element, typmod, each)
        for each in datums.array(data, size)
    ]


def _size(types: Types, oid: int) -> int | None:
    if oid in _SIZES:
        return _SIZES[oid]
    if oid == BOOLEAN:
        return 1
    if types.get(oid).kind == "e":
        return 4
    return _VARIABLE if oid in _TEXTS - {_CHARACTER, _NAME, UNKNOWN} or oid == _NUMERIC else None


def _text(types: Types, oid: int, data: bytes) -> str | None:
    if oid in _TEXTS:
        raw = data.partition(b"\0")[0] if oid in (_CHARACTER, _NAME, UNKNOWN) else datums.body(data)
        return raw.decode()
    if oid in _SIZES:
        return str(datums.integer(data, _SIZES[oid]))
    if oid == BOOLEAN:
        return "true" if data[0] else "false"
    if oid == _NUMERIC:
        return datums.numeric(datums.body(data))
    labels = dict(types.get(oid).labels)
    return labels.get(datums.integer(data, 4) & 0xFFFFFFFF)
