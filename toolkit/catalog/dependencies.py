"""Which entry depends on which: rows of pg_depend, folded to the entries of the archive."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from toolkit.catalog.catalog import ROW_TYPE, Edge, Entry, Piece
from toolkit.catalog.dump import Item
from toolkit.core.changes import ObjectKey

RELATION: Final = 1259  # the class pg_class
PUBLIC: Final = ObjectKey("SCHEMA", "", "public")  # an entry when its owner is another; it always is there
_ATTRDEF, _CONSTRAINT, _TRIGGER, _NAMESPACE, _TYPE = 2604, 2606, 2620, 2615, 1247
_FIRST_NORMAL: Final = 16384  # below are the objects that initdb makes
# How an object without an entry belongs to another: e extension, i internal, P and S partition, a automatic.
_BELONGING: Final = "eiPaS"
_OWNED: Final = frozenset("aiPS")
_NOBODY: Final = -1
_WITH_PIECES: Final = frozenset({"TABLE", "FOREIGN TABLE", "TYPE", "DOMAIN"})
_WITH_COLUMNS: Final = _WITH_PIECES | {"VIEW", "MATERIALIZED VIEW"}
_RELATIONS: Final = frozenset({"TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW"})
# What pg_dump gives no oid, and orders by its own knowledge.
_ATTACHED: Final = frozenset(
    {"ACL", "COMMENT", "SECURITY LABEL", "ROW SECURITY", "TABLE ATTACH", "INDEX ATTACH", "SEQUENCE OWNED BY"}
)
_ATTACHMENT: Final = " ATTACH"
_COLUMN: Final = re.compile(r'COLUMN (?:[^".]+|"(?:[^"]|"")+")\.(?P<name>[^".]+|"(?:[^"]|"")+")\Z')
_INLINE: Final = re.compile(r'CONSTRAINT (?P<name>[^" ]+|"(?:[^"]|"")+") ON ')

# The names are of columns and constraints. Left out is what only leads to its own table: TOAST, the triggers
# of foreign keys, NOT NULL; and schemas, which the entries name.
DEPENDENCIES: Final = f"""
    SELECT d.classid::bigint, d.objid::bigint, coalesce(a.attname, c.conname),
           d.refclassid::bigint, d.refobjid::bigint, r.attname, d.deptype::text
    FROM pg_catalog.pg_depend d
    LEFT JOIN pg_catalog.pg_attribute a ON d.classid = {RELATION} AND a.attrelid = d.objid
        AND d.objsubid <> 0 AND a.attnum = d.objsubid
    LEFT JOIN pg_catalog.pg_constraint c ON d.classid = {_CONSTRAINT} AND c.oid = d.objid
    LEFT JOIN pg_catalog.pg_attribute r ON d.refclassid = {RELATION} AND r.attrelid = d.refobjid
        AND d.refobjsubid <> 0 AND r.attnum = d.refobjsubid
    WHERE d.objid >= {_FIRST_NORMAL} AND d.refclassid <> {_NAMESPACE}
        AND c.contype IS DISTINCT FROM 'n'
        AND (d.classid <> {_TRIGGER} OR d.refclassid <> {_CONSTRAINT})
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_class t WHERE d.classid = {RELATION} AND t.oid = d.objid
            AND t.relnamespace = 'pg_toast'::pg_catalog.regnamespace)
"""

Row = tuple[int, int, str | None, int, int, str | None, str]
"""A row of DEPENDENCIES: class, oid and name of the dependent, the same of what it needs, and the type."""


class Belonging:
    """Finds the entry that an object is or belongs to."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.pieces: dict[tuple[int, int], Piece] = {}
        self._places: dict[tuple[int, int], int] = {}
        self._owners: dict[tuple[int, int], list[Row]] = defaultdict(list)
        for row in rows:
            if row[6] in _BELONGING:
                self._owners[row[:2]].append(row)

    def place(self, items: Iterable[Item]) -> None:
        """Set the entries, by their place."""
        self._places = {item.address: place for place, item in enumerate(items) if all(item.address)}

    def find(self, address: tuple[int, int]) -> int:
        """Return the place of the entry, -1 for what is the system's; note which piece the object is."""
        place = self._places.get(address)
        if place is None:
            self._places[address] = _NOBODY  # for what belongs to itself in a circle
            place = self._places[address] = self._follow(address)
        return place

    def _follow(self, address: tuple[int, int]) -> int:
        rows = self._owners.get(address, ())
        for row in sorted(rows, key=lambda row: _BELONGING.index(row[6])) if len(rows) > 1 else rows:
            _, _, name, on_class, on_oid, on_name, type_ = row
            place = self.find((on_class, on_oid))
            if place != _NOBODY:
                if address[0] == _ATTRDEF and on_name is not None:
                    self.pieces[address] = "default", on_name
                elif address[0] == _CONSTRAINT and name is not None and type_ == "a":
                    self.pieces[address] = "constraint", name
                return place
        return _NOBODY


def find_edges(items: Sequence[Item], keys: Sequence[ObjectKey], belonging: Belonging) -> list[Edge]:
    """Return the edges between the entries of `items`, whose keys are `keys`."""
    belonging.place(items)
    edges = list(_by_archive(items, keys))
    attached, shells = _taken_apart(items)
    for dependent, piece, on, on_piece, owned in dict.fromkeys(_by_rows(items, belonging)):
        if (dependent, on) in shells:
            edges.append(Edge(keys[dependent], None, keys[shells[dependent, on]], None, owned=False))
        elif (dependent, on) not in attached:
            edges.append(Edge(keys[dependent], piece, keys[on], on_piece, owned))
    return edges


def _by_rows(
    items: Sequence[Item], belonging: Belonging
) -> Iterator[tuple[int, Piece | None, int, Piece | None, bool]]:
    find = belonging.find
    for class_, oid, name, on_class, on_oid, on_name, type_ in belonging.rows:
        dependent, on = find((class_, oid)), find((on_class, on_oid))
        if _NOBODY in (dependent, on):
            continue
        piece = None
        if items[dependent].entry.kind in _WITH_PIECES:
            of_column = class_ == RELATION and name is not None
            piece = ("column", name or "") if of_column else belonging.pieces.get((class_, oid))
        on_piece = None if on_name is None else ("column", on_name)
        if on_class == _TYPE and items[on].entry.kind in _RELATIONS:
            on_piece = ROW_TYPE
        if dependent != on or (piece and on_piece and piece[1] != on_piece[1]):
            yield dependent, piece, on, on_piece, type_ in _OWNED and piece is None


def _by_archive(items: Sequence[Item], keys: Sequence[ObjectKey]) -> Iterator[Edge]:
    """Yield the edges of what has no oid to look up in pg_depend."""
    places = {item.number: place for place, item in enumerate(items)}
    attachments: dict[tuple[int, ...], ObjectKey] = {}
    server: ObjectKey | None = None
    for item, key in zip(items, keys, strict=True):
        if key.kind == "SERVER":
            server = key
        elif key.kind == "TABLE ATTACH":
            attachments[item.dependencies] = key
        elif key.kind == "INDEX ATTACH":  # the tables come before the indexes
            yield Edge(key, None, attachments[item.dependencies[:2]], None, owned=True)
        elif key.kind == "USER MAPPING" and server is not None:  # pg_dump writes them behind their server
            yield Edge(key, None, server, None, owned=False)
        for on in (keys[places[number]] for number in item.dependencies if number in places):
            if key.kind in _ATTACHED:
                yield Edge(key, None, on, _described(item.entry, on), owned=on != PUBLIC)
            elif on.kind.endswith(_ATTACHMENT):  # an index is whole when its partitions are attached
                yield Edge(key, None, on, None, owned=False)


def _described(entry: Entry, on: ObjectKey) -> Piece | None:
    """Return the piece that a comment or a right is about."""
    for kind, pattern in (("column", _COLUMN), ("constraint", _INLINE)):
        found = pattern.match(entry.name) if on.kind in _WITH_COLUMNS else None
        if found:
            name = found["name"]
            return kind, name[1:-1].replace('""', '"') if name.startswith('"') else name
    return None


def _taken_apart(items: Sequence[Item]) -> tuple[set[tuple[int, int]], dict[tuple[int, int], int]]:
    """Return the pairs that pg_dump takes apart.

    A partition and its parent, because an attachment is an entry of its own; and a function of a base type
    and the type, with the shell of it that the function can do with.
    """
    places = {item.number: place for place, item in enumerate(items)}
    entries = [item.entry for item in items]
    types = {(entry.schema, entry.name): place for place, entry in enumerate(entries) if entry.kind == "TYPE"}
    attached = set()
    shells = {}
    for place, item in enumerate(items):
        needed = [places[number] for number in item.dependencies if number in places]
        if item.entry.kind.endswith(_ATTACHMENT):
            attached |= {(a, b) for a in needed for b in needed if entries[a].kind == entries[b].kind}
        for other in needed:
            name = entries[other].schema, entries[other].name
            if entries[other].kind == "SHELL TYPE" and name in types:
                shells[place, types[name]] = other
    return attached, shells
