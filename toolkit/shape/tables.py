"""Columns of tables as values: what constraints, comments and projections say of them."""

import re
from collections import defaultdict
from dataclasses import replace

from toolkit.core import notation
from toolkit.core.shapes import Shape
from toolkit.core.trees import Relation
from toolkit.errors import ContractUnreadable
from toolkit.shape import constants
from toolkit.shape.nodetree import Node, TreeReader
from toolkit.shape.types import Types
from toolkit.shape.values import Value

_DECLARED = re.compile(r"^[ \t]*shape:[ \t]*", re.MULTILINE)
_OF_DOMAIN = 0
_EXACT = frozenset({16, 19, 20, 21, 23, 25, 1043})  # boolean, name, bigint, smallint, integer, text, varchar
_PRESENT = "1"
_SAME = frozenset({"RELABELTYPE", "COLLATEEXPR"})


class Tables:
    """The columns of all tables. problems: declared shapes that can't be used, as sentences."""

    def __init__(self, types: Types, reader: TreeReader) -> None:
        """Read the checks of all tables and domains; those of domains are told to `types`."""
        self._types = types
        self._checks: dict[int, list[Node]] = defaultdict(list)
        self.problems: list[str] = []
        self.declared: dict[str, Shape] = {}
        for check in types.snapshot.checks:
            self._checks[check.owner].append(reader.read(check.tree))
        for oid, checks in self._checks.items():
            if oid not in types.snapshot.relations and oid in types.snapshot.types:
                closed = self._closed_by(checks).get(_OF_DOMAIN)
                if closed and self._is_exact(oid):
                    types.domain_values[oid] = closed

    def columns(self, relation: Relation) -> dict[str, Value]:
        """Return the columns of a table by name."""
        checks = self._checks.get(relation.oid, [])
        holds = not self._types.has_foreign_rows(relation)
        closed = self._closed_by(checks) if holds else {}
        loose = {each.number for each in relation.columns if each.loose}
        present = {number for check in checks if holds for number in _not_null_by(check)}
        columns = {}
        for each in self._types.columns(relation):
            number, name, oid, typmod, not_null = each
            origin = f"{relation.name}.{name}"
            value = self._types.any_value(oid, typmod, reason=f"column {origin}")
            columns[name] = replace(
                value,
                null=not (holds and (not_null or number in present)),
                values=closed.get(number, ()) if self._is_exact(oid) and number not in loose else (),
                column=(relation.oid, number),
                origin=origin,
            )
        return self._with_declared(relation, columns)

    def _is_exact(self, oid: int) -> bool:
        """Tell whether equal values of a type are printed alike: not 1.0 and 1.00, nor padded texts."""
        found = self._types.base(oid)[0]
        return found.oid in _EXACT or found.kind == "e"

    def _with_declared(self, relation: Relation, columns: dict[str, Value]) -> dict[str, Value]:
        for each in relation.columns:
            found = _DECLARED.search(each.comment)
            if found is None:
                continue
            place = f"{relation.name}.{each.name}"
            if not self._types.is_json(each.type):
                self.problems.append(f"{place} is no document, but its comment declares a shape")
                continue
            shape = self._read(each.comment[found.end() :], place)
            if shape is not None:
                self.declared[place] = shape
                columns[each.name] = replace(columns[each.name], shape=shape)
        return columns

    def _read(self, text: str, place: str) -> Shape | None:
        try:
            reader = notation.Reader(text)
            return reader.shape()
        except ContractUnreadable as error:
            self.problems.append(
                f"the shape in the comment of {place} can't be read: {error.wanted} should stand at line "
                f"{error.line}, column {error.column} of it"
            )
            return None

    def _closed_by(self, checks: list[Node]) -> dict[int, tuple[str, ...]]:
        """Return the values that columns are limited to, by their number."""
        closed: dict[int, tuple[str, ...]] = {}
        for check in checks:
            for number, values in self._closed(check).items():
                before = closed.get(number)
                closed[number] = values if before is None else tuple(v for v in before if v in values)
        return closed

    def _closed(self, node: Node) -> dict[int, tuple[str, ...]]:
        if node[""] == "BOOLEXPR" and node["boolop"] == "and":
            return self._closed_by(node["args"])
        if node[""] == "BOOLEXPR" and node["boolop"] == "or":
            every = [self._closed(each) for each in node["args"]]
            shared = set.intersection(*(set(each) for each in every))
            return {
                number: tuple(dict.fromkeys(value for each in every for value in each[number]))
                for number in shared
            }
        if node[""] not in ("OPEXPR", "SCALARARRAYOPEXPR") or not self._types.is_equality(node):
            return {}
        number = _column(node["args"][0])
        values = self._values(node)
        return {} if number is None or values is None else {number: tuple(values)}

    def _values(self, node: Node) -> list[str] | None:
        other = node["args"][1]
        if node[""] == "SCALARARRAYOPEXPR":
            return constants.texts(self._types, other) if node["useOr"] == "true" else None
        while other[""] in _SAME:
            other = other["arg"]
        value = constants.constant(self._types, other) if other[""] == "CONST" else None
        return list(value.values) if value is not None and value.values else None


def _column(node: Node) -> int | None:
    """Return the number of the column that an expression is, 0 for a domain's value."""
    while node[""] in _SAME:
        node = node["arg"]
    if node[""] == "COERCETODOMAINVALUE":
        return _OF_DOMAIN
    return int(node["varattno"]) if node[""] == "VAR" else None


def _not_null_by(node: Node) -> set[int]:
    """Return the columns that a check says are not NULL."""
    if node[""] == "BOOLEXPR" and node["boolop"] == "and":
        return {number for each in node["args"] for number in _not_null_by(each)}
    number = _column(node["arg"]) if node[""] == "NULLTEST" and node["nulltesttype"] == _PRESENT else None
    return set() if number is None or node["argisrow"] == "true" else {number}
