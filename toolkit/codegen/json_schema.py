"""Shapes as JSON Schema (draft 2020-12), with values as PostgreSQL's to_jsonb prints them.

Values that JSON has no word for are strings: NaN and infinite numbers, infinite dates, dates before Christ.
A bigint may be beyond what a double holds, and a timestamptz has the offset of the session's time zone.
Source: PostgreSQL's `datum_to_jsonb` and `JsonEncodeDateTime`, tried on 15 and 18.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from toolkit.core.contract import Contract, ReadModel
from toolkit.core.shapes import Array, Null, Object, Opaque, Scalar, Shape, Tuple, Union, not_null, or_null

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DATE = r"\d{4,}-\d\d-\d\d"
_TIME = r"\d\d:\d\d:\d\d(\.\d{1,6})?"
_OFFSET = r"[+-]\d\d(:\d\d){0,2}"
_HEX = "[0-9a-f]"
_PATTERNS: Final = {
    "uuid": f"^{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}$",
    "date": f"^(-?infinity|{_DATE}( BC)?)$",
    "timestamp": f"^(-?infinity|{_DATE}T{_TIME}( BC)?)$",
    "timestamptz": f"^(-?infinity|{_DATE}T{_TIME}{_OFFSET}( BC)?)$",
    "time": f"^{_TIME}$",
    "timetz": f"^{_TIME}{_OFFSET}$",
}
_BITS: Final = {"smallint": 15, "integer": 31, "bigint": 63}


def schema_files(contract: Contract) -> dict[str, str]:
    """Return the schema of each read model as the text of a file, by its name, such as v_post.json."""
    comment = "Made by `toolkit codegen json-schema`; changes here are lost."
    return {
        f"{_file_name(model.name)}.json": json.dumps(
            {"$comment": comment, **read_model_schema(model)}, indent=2, ensure_ascii=False
        )
        + "\n"
        for model in contract.read_models
    }


def _file_name(name: str) -> str:
    """Return a name as one of a file: what is no letter, digit, `_`, `$`, `-` or `.` comes as in URLs."""
    return re.sub(r"[^\w$.-]", lambda found: quote(found[0], safe=""), name)


def read_model_schema(model: ReadModel) -> Schema:
    """Return the JSON Schema of a read model's document: its column data, the whole row where it has none."""
    document = model.document
    if document is not None:
        schema = shape_schema(document.shape)
    else:
        properties = {
            column.name: shape_schema(or_null(column.shape) if column.nullable else column.shape)
            for column in model.columns
        }
        schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"$schema": DIALECT, "title": model.name, **schema}


def shape_schema(shape: Shape) -> Schema:
    """Return the JSON Schema that the documents of a shape fulfil, and no others where JSON can tell.

    Others may have keys beside those of the shape: to add one is a change that is safe for readers. Each
    scalar has its SQL type under x-pg-type; what is opaque has the reason under $comment.
    """
    if shape.nullable and not isinstance(shape, Opaque):
        return {"anyOf": [shape_schema(not_null(shape)), {"type": "null"}]}
    return _MAKERS[type(shape)](shape)


def _union(shape: Union) -> Schema:
    if not shape.alternatives:
        return {"not": {}}
    return {"anyOf": [shape_schema(each) for each in shape.alternatives]}


def _tuple(shape: Tuple) -> Schema:
    items = [shape_schema(item) for item in shape.items]
    size = {"minItems": len(items), "maxItems": len(items)}
    return {"type": "array", **({"prefixItems": items} if items else {}), **size}


def _object(shape: Object) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {each.name: shape_schema(each.shape) for each in shape.properties},
    }
    if shape.extra is not None:
        schema["additionalProperties"] = shape_schema(shape.extra)
    required = [each.name for each in shape.properties if not each.optional]
    return {**schema, "required": required} if required else schema


def _scalar(shape: Scalar) -> Schema:
    typed = {"x-pg-type": shape.type}
    if shape.values:
        text = shape.json_type == "string"
        return {"enum": [value if text else json.loads(value) for value in shape.values], **typed}
    name, _, modifier = (shape.base or shape.type).partition("(")
    if name in _BITS:
        limit = 1 << _BITS[name]
        return {"type": "integer", "minimum": -limit, "maximum": limit - 1, **typed}
    if shape.json_type == "number":
        odd = ["NaN"] if modifier else ["NaN", "Infinity", "-Infinity"]
        return {"anyOf": [{"type": "number"}, {"enum": odd}], **typed}
    if shape.json_type == "boolean":
        return {"type": "boolean", **typed}
    schema: Schema = {"type": "string", **typed}
    if name in _PATTERNS:
        schema["pattern"] = _PATTERNS[name]
    elif name in ("varchar", "char") and modifier:
        schema["maxLength"] = int(modifier.rstrip(")"))
    return schema


_MAKERS: Final[dict[type[Shape], Callable[[Any], Schema]]] = {
    Scalar: _scalar,
    Object: _object,
    Array: lambda shape: {"type": "array", "items": shape_schema(shape.element)},
    Tuple: _tuple,
    Union: _union,
    Null: lambda _: {"type": "null"},
    Opaque: lambda shape: {"$comment": shape.reason},
}
