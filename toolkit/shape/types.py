"""Types and columns as shapes: what to_jsonb makes of a value, and what a table says of its columns."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from toolkit.core.shapes import Array, Null, Object, Opaque, Property, Scalar, Shape, Tuple, or_null
from toolkit.core.trees import SYSTEM_SCHEMA, Relation, Snapshot, Type
from toolkit.shape.nodetree import Node
from toolkit.shape.values import JSON, JSONB, VOID, Value

# The names in front of which the modifier stands, longest first, and what to write instead.
_SHORT = (
    ("timestamp without time zone", "timestamp"),
    ("timestamp with time zone", "timestamptz"),
    ("time without time zone", "time"),
    ("time with time zone", "timetz"),
    ("character varying", "varchar"),
    ("double precision", "float8"),
    ("bit varying", "varbit"),
    ("character", "char"),
    ("real", "float4"),
)
_MODIFIER = re.compile(r"(timestamp|time)(\(\d+\)) (with(?:out)?) time zone")
_HEADER = 4
_NAMES_WITH_LENGTH = {1043: "varchar", 1042: "char"}
_NAMES_WITH_PRECISION = {1083: "time", 1114: "timestamp", 1184: "timestamptz", 1266: "timetz", 1560: "bit"}
_NAMES_WITH_PRECISION[1562] = "varbit"
_NUMERIC = 1700
_WITHOUT_VALUES = frozenset({VOID, 2279, 3838})  # void, trigger, event_trigger
_NAMES = {1042: "bpchar"}


def short_name(name: str) -> str:
    """Return PostgreSQL's short name for what format_type has written."""
    name = _MODIFIER.sub(lambda found: f"{found[1]}{'tz' if found[3] == 'with' else ''}{found[2]}", name)
    for long, short in _SHORT:
        if name == long or name.startswith((f"{long}(", f"{long}[")):
            return short + name[len(long) :]
    return name.partition(" ")[0] if name.startswith("interval ") else name


class Types:
    """The types of a database."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Take the types and relations of a snapshot."""
        self.snapshot = snapshot
        self._scalars: dict[tuple[int, int, tuple[str, ...], str], Scalar] = {}
        self._children: dict[int, list[int]] = defaultdict(list)
        self.domain_values: dict[int, tuple[str, ...]] = {}
        self._arrays = {each.element: each.oid for each in snapshot.types.values() if each.element}
        for relation in snapshot.relations.values():
            for parent in relation.parents:
                self._children[parent].append(relation.oid)

    def get(self, oid: int) -> Type:
        """Return a type; one of no name where the oid is not known."""
        return self.snapshot.types.get(oid) or Type(oid, "", "b")

    def base(self, oid: int, typmod: int = -1) -> tuple[Type, int]:
        """Return the type under a domain, with its modifier, or the type itself."""
        found = self.get(oid)
        while found.kind == "d":
            typmod = found.base_typmod
            found = self.get(found.base)
        return found, typmod

    def is_json(self, oid: int) -> bool:
        """Tell whether values of the type are documents."""
        return self.base(oid)[0].oid in (JSON, JSONB)

    def is_equality(self, node: Node) -> bool:
        """Tell whether an operator is one of PostgreSQL's own equalities."""
        routine = self.snapshot.routines.get(int(node["opfuncid"]))
        named = self.snapshot.operators.get(int(node["opno"])) == "="
        return named and routine is not None and routine.schema == SYSTEM_SCHEMA

    def array_of(self, oid: int) -> int:
        """Return the type of arrays of a type, 0 where there is none."""
        return self._arrays.get(oid, 0)

    def element(self, oid: int) -> int:
        """Return the type of an array's elements, 0 where it is no array."""
        return self.base(oid)[0].element

    def name(self, oid: int, typmod: int = -1) -> str:
        """Return the short name of a type with its modifier, such as numeric(10,2) or text[]."""
        if oid in _NAMES:
            return _NAMES[oid] if typmod == -1 else self._with_modifier(oid, typmod, "")
        found = self.get(oid)
        if found.element:
            return f"{self.name(found.element, typmod)}[]"
        name = short_name(found.name)
        return name if typmod == -1 else self._with_modifier(oid, typmod, name)

    def _with_modifier(self, oid: int, typmod: int, name: str) -> str:
        if oid in _NAMES_WITH_LENGTH:
            return f"{_NAMES_WITH_LENGTH[oid]}({typmod - _HEADER})"
        if oid in _NAMES_WITH_PRECISION:
            return f"{_NAMES_WITH_PRECISION[oid]}({typmod})"
        if oid == _NUMERIC:
            precision, scale = (typmod - _HEADER) >> 16 & 0xFFFF, (typmod - _HEADER) & 0x7FF
            return f"numeric({precision},{(scale ^ 1024) - 1024})"
        return short_name(self.snapshot.formats.get((oid, typmod), name))

    def any_value(self, oid: int, typmod: int = -1, *, null: bool = True, reason: str = "") -> Value:
        """Return a value of which the type is known and no more; reason: why not, where it is a document."""
        shape = Opaque(reason or "not known") if self.is_json(oid) else None
        return Value(oid, null, typmod, shape=shape)

    def labels(self, value: Value) -> tuple[str, ...]:
        """Return the closed set of a value's texts: its own, a domain's or an enum's."""
        if value.values:
            return value.values
        found = self.get(value.type)
        while found.kind == "d":
            if found.oid in self.domain_values:
                return self.domain_values[found.oid]
            found = self.get(found.base)
        return tuple(label for _, label in found.labels)

    def columns(self, relation: Relation) -> Iterator[tuple[int, str, int, int, bool]]:
        """Yield number, name, type, modifier and "never NULL" of the columns of a table with its children."""
        for each in relation.columns:
            not_null = each.not_null and self._children_agree(relation.oid, each.name)
            yield each.number, each.name, each.type, each.typmod, not_null

    def has_children(self, oid: int) -> bool:
        """Tell whether tables inherit from this one."""
        return oid in self._children

    def has_foreign_rows(self, relation: Relation) -> bool:
        """Tell whether rows may come from another server, which need not keep to our constraints."""
        children = (self.snapshot.relations[oid] for oid in self._children.get(relation.oid, ()))
        return relation.kind == "f" or any(map(self.has_foreign_rows, children))

    def _children_agree(self, oid: int, name: str) -> bool:
        for child in self._children.get(oid, ()):
            columns = self.snapshot.relations[child].columns
            if not all(each.not_null for each in columns if each.name == name):
                return False
            if not self._children_agree(child, name):
                return False
        return True

    def fields(self, value: Value) -> tuple[tuple[str, Value], ...] | None:
        """Return the fields of a row by name; None where they are not known."""
        if value.fields is not None:
            return value.fields
        found = self.base(value.type)[0]
        relation = self.snapshot.relations.get(found.relation)
        if relation is None:
            return None
        # A row may be kept anywhere: no constraint of the table holds for it.
        return tuple(
            (
                each.name,
                self.any_value(each.type, each.typmod, reason=f"field {each.name} of {relation.name}"),
            )
            for each in relation.columns
        )

    def document(self, value: Value, within: tuple[int, ...] = ()) -> Shape:
        """Return the shape of what to_jsonb makes of a value; within: composite types around it."""
        if value.void:
            return Null()
        shape = self._document(value, within)
        return or_null(shape) if value.null else shape

    def _document(self, value: Value, within: tuple[int, ...]) -> Shape:
        if value.shape is not None:
            return value.shape if not value.origin else _from(value.shape, value.origin)
        element = value.element
        found = self.base(value.type)[0]
        if element is None and found.element:
            element = self.any_value(found.element, value.typmod)
        if element is not None:
            return Tuple() if element.void else Array(self.document(element, within), origin=value.origin)
        if found.oid == 0 or found.oid in within:
            return Opaque("a type within itself" if found.oid else "an expression that is not understood")
        fields = self.fields(value)
        if fields is not None:
            inner = (*within, found.oid) if found.relation else within
            properties = {name: Property(name, self.document(field, inner)) for name, field in fields}
            return Object(tuple(properties.values()), origin=value.origin)
        if found.json_cast:
            return self._cast(found)
        unknown = found.kind in "pc" and found.oid not in _WITHOUT_VALUES
        return Opaque("a row of unknown columns") if unknown else self._scalar(value)

    def _cast(self, found: Type) -> Shape:
        if found.name.endswith("hstore"):
            return Object((), or_null(Scalar("text")))
        return Opaque(f"cast of {found.name} to json")

    def _scalar(self, value: Value) -> Scalar:
        key = (value.type, value.typmod, value.values, value.origin)
        if key not in self._scalars:
            base = ""
            if self.get(value.type).kind == "d":
                found, typmod = self.base(value.type)
                base = self.name(found.oid, typmod)
            name = self.name(value.type, -1 if base else value.typmod)
            self._scalars[key] = Scalar(name, base, self.labels(value), origin=value.origin)
        return self._scalars[key]


def _from(shape: Shape, origin: str) -> Shape:
    return shape if shape.origin else replace(shape, origin=origin)
