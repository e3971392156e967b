"""Shapes as Python types: annotations of msgspec Structs, and the Structs for objects."""

import re
from dataclasses import dataclass, field
from typing import Final

from toolkit.codegen.python_names import class_name, free, identifier, quoted
from toolkit.core.shapes import Array, Null, Object, Opaque, Property, Scalar, Shape, Tuple, Union, not_null

# As a document has them. A timestamptz that is infinite has no datetime: such a document is reported.
_IN_JSON: Final = {
    "smallint": "int", "integer": "int", "bigint": "int", "boolean": "bool", "numeric": "Decimal",
    "uuid": "UUID", "date": "dt.date", "time": "dt.time", "timestamp": "dt.datetime",
    "timestamptz": "dt.datetime",
    "float4": "Float", "float8": "Float",
}  # fmt: skip
# As psycopg gives and takes them.
_IN_SQL: Final = _IN_JSON | {
    "float4": "float", "float8": "float", "timetz": "dt.time", "interval": "dt.timedelta", "bytea": "bytes",
    "json": "Any", "jsonb": "Any", "oid": "int",
}  # fmt: skip
_STRINGS: Final = frozenset({
    "text", "varchar", "char", "citext", "name", "bit", "varbit", "money", "xml", "tsvector", "tsquery",
})  # fmt: skip
_UNNAMED: Final = re.compile(r'["\\\x00-\x1f]')
# msgspec tells the members of a union apart by their JSON type: one of each kind at most.
_JSON_KINDS: Final = {"int": "number", "Decimal": "number", "Float": "number", "bool": "bool", "Any": "any"}


@dataclass(slots=True)
class Structs:
    """The classes of a module, in the order in which they must stand; each is (name, text, fields).

    names: those that are taken; the class of an object inside of a document gets another one.
    """

    made: list[tuple[str, str, list[str]]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def add(self, name: str, doc: str, shape: Object) -> str:
        """Make the class of an object, and those of the objects in it; return its name.

        Keys that msgspec has no fields for are left out.
        """
        taken: set[str] = set()
        fields = [
            self._field(name, each, taken) for each in shape.properties if not _UNNAMED.search(each.name)
        ]
        self.made.append((name, doc, sorted(fields, key=lambda line: "=" in line)))
        return name

    def _field(self, owner: str, each: Property, taken: set[str]) -> str:
        # Python changes names of two underscores in a class, and has uses of its own for some.
        bare = each.name.lstrip("_") if each.name.startswith("__") else each.name
        attribute = free(identifier(bare), taken)
        annotation = self.annotation(each.shape, owner + class_name(each.name), each.name)
        if each.optional:
            annotation += " | UnsetType"
        renamed = attribute != each.name
        if renamed:
            default = ", default=UNSET" if each.optional else ""
            return f"{attribute}: {annotation} = field(name={quoted(each.name)}{default})"
        return f"{attribute}: {annotation}{' = UNSET' if each.optional else ''}"

    def annotation(self, shape: Shape, name: str, key: str = "") -> str:
        """Return the annotation of a value in a document; name: for the class of an object."""
        text = self._bare(not_null(shape), name, key)
        return f"{text} | None" if shape.nullable and text not in ("Any", "None") else text

    def _bare(self, shape: Shape, name: str, key: str) -> str:
        match shape:
            case Scalar():
                text = scalar(shape)
            case Object() if shape.properties and shape.extra is None:
                text = self.add(free(name, self.names), f"The key {key} of a document", shape)
            case Object():
                text = f"dict[str, {self.annotation(shape.extra, name, key) if shape.extra else 'Any'}]"
            case Array():
                text = f"list[{self.annotation(shape.element, name, key)}]"
            case Tuple():
                items = [self.annotation(item, f"{name}{n}", key) for n, item in enumerate(shape.items)]
                text = f"tuple[{', '.join(items)}]" if items else "list[Any]"
            case Union():
                text = self._union(shape, name, key)
            case _:
                text = "None" if isinstance(shape, Null) else "Any"
        return text

    def _union(self, shape: Union, name: str, key: str) -> str:
        kinds = [_kind(each) for each in shape.alternatives]
        if len(set(kinds)) != len(kinds) or "any" in kinds:
            return "Any"
        parts = [
            self.annotation(each, f"{name}{place or ''}", key)
            for place, each in enumerate(shape.alternatives)
        ]
        return " | ".join(parts) or "None"


def _kind(shape: Shape) -> str:
    match shape:
        case Object():
            return "object"
        case Array() | Tuple():
            return "array"
        case Scalar():
            return _JSON_KINDS.get(_IN_JSON.get(_base(shape), "str"), "str")
        case Opaque():
            return "any"
        case _:
            return "null"


def scalar(shape: Scalar, *, sql: bool = False) -> str:
    """Return the annotation of a scalar in a document, or as a parameter or a result of a command (sql)."""
    if shape.values and shape.json_type == "string":
        return f"Literal[{', '.join(map(quoted, shape.values))}]"
    if shape.values and shape.json_type == "integer":
        return f"Literal[{', '.join(shape.values)}]"
    name = _base(shape)
    types = _IN_SQL if sql else _IN_JSON
    if name in types:
        return types[name]
    return "str" if name in _STRINGS or not sql else "Any"


def _base(shape: Scalar) -> str:
    return (shape.base or shape.type).partition("(")[0]
