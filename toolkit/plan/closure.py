"""What has to be altered, rebuilt and dropped on the way from one catalog to another."""

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from toolkit.catalog.catalog import ROW_TYPE, Catalog, Edge, Piece
from toolkit.catalog.comparison import canonical_text
from toolkit.core.changes import ObjectKey, Risk
from toolkit.errors import PlanImpossible
from toolkit.plan.alteration import DIFFERS, Alteration, Context, Mode, Part
from toolkit.plan.conflicts import find_conflicts
from toolkit.plan.kinds import alter

# Not to be dropped and made again: rows, values of a counter, or everything in it would be lost.
_KEPT: Final = frozenset({"TABLE", "SEQUENCE", "SCHEMA", "EXTENSION"})
# What is dropped last, so that what a person writes by hand can still use it.
_LATE: Final = _KEPT | {"FOREIGN TABLE"}
# PostgreSQL makes these again by itself when the type of a column changes.
_CONVERTED_ALONG: Final = frozenset({"CHECK CONSTRAINT", "CONSTRAINT", "DEFAULT", "INDEX", "STATISTICS"}) | {
    "ACL", "COMMENT", "SECURITY LABEL", "SEQUENCE",
}  # fmt: skip
# As long as they are to be the same afterwards.
_CONVERTED: Final = frozenset({"CHECK CONSTRAINT", "CONSTRAINT", "INDEX", "STATISTICS"})
_KEYS: Final = frozenset({"CONSTRAINT", "INDEX"})
_TABLES: Final = frozenset({"TABLE", "FOREIGN TABLE"})
_TYPES: Final = frozenset({"TYPE", "DOMAIN"})
_WITH_EXPRESSIONS: Final = frozenset({"POLICY", "RULE", "TRIGGER", "VIEW", "MATERIALIZED VIEW"}) | {
    "CHECK CONSTRAINT", "CONSTRAINT", "DEFAULT", "INDEX", "STATISTICS",
}  # fmt: skip
_SQL_BODY: Final = re.compile(r"^ *(?:BEGIN ATOMIC|RETURN )", re.MULTILINE)


@dataclass
class Changes:
    """What is to be done.

    created, vanished: keys of one side only. answers: the alterations of what is on both sides, and of what
    is created or dropped in its own way. rebuilt: what is dropped and made again, with the reason. early:
    what has vanished and is dropped before anything is made; forced: that of it which has to be. made: new
    entries that the alterations of another make. aside: types that are renamed until the columns of tables
    have the new type. conflicts: (created, vanished) pairs of which the second is in the way of the first.
    """

    created: set[ObjectKey]
    vanished: set[ObjectKey]
    answers: dict[ObjectKey, tuple[Alteration, ...]] = field(default_factory=dict)
    rebuilt: dict[ObjectKey, str] = field(default_factory=dict)
    early: set[ObjectKey] = field(default_factory=set)
    forced: frozenset[ObjectKey] = frozenset()
    made: dict[ObjectKey, ObjectKey] = field(default_factory=dict)
    aside: set[ObjectKey] = field(default_factory=set)
    conflicts: list[tuple[ObjectKey, ObjectKey]] = field(default_factory=list)

    def is_dropped(self, key: ObjectKey) -> bool:
        """Return whether an old entry is dropped, at whatever time."""
        return key in self.rebuilt or key in self.vanished

    def is_early(self, key: ObjectKey) -> bool:
        """Return whether an old entry is dropped before anything is made."""
        return key in self.rebuilt or key in self.early


def find_changes(
    old: Catalog,
    new: Catalog,
    *,
    texts: Mapping[ObjectKey, str],
    mode: Mode,
    postgresql: int,
    plain: Collection[ObjectKey] = (),
) -> Changes:
    """Return what leads from one catalog to the other; raises PlanImpossible.

    plain: what is to be changed in one transaction with the rest, though that may hold writers up.
    """
    context = Context(postgresql, mode, old=old.by_key, new=new.by_key)
    closure = _Closure(old, new, texts, context, plain)
    closure.run()
    return closure.changes


class _Closure:
    """Follows the edges of the old catalog backwards from everything that can't stay as it is."""

    def __init__(
        self,
        old: Catalog,
        new: Catalog,
        texts: Mapping[ObjectKey, str],
        context: Context,
        plain: Collection[ObjectKey],
    ) -> None:
        self._old, self._new, self._texts, self._context = old, new, texts, context
        self._plain = plain
        self._pieces: dict[ObjectKey, set[Piece]] = {}
        self._reasons: dict[ObjectKey, str] = {}
        self._waiting: list[ObjectKey] = []  # on both sides, to be asked how they are altered
        self._lost: deque[Edge] = deque()  # to what is away for a while
        self._fast: set[ObjectKey] = set()  # types that can't stand aside
        self.changes = Changes(
            set(new.by_key.keys() - old.by_key.keys()), set(old.by_key.keys() - new.by_key.keys())
        )

    def run(self) -> None:
        """Find everything."""
        for key, after in self._new.by_key.items():
            before = self._old.by_key.get(key)
            if before is not None and before != after and canonical_text(before) != canonical_text(after):
                self._waiting.append(key)
        self.changes.conflicts = find_conflicts(
            [self._old.by_key[key] for key in sorted(self.changes.vanished)],
            [self._new.by_key[key] for key in sorted(self.changes.created)],
        )
        for _, vanished in self.changes.conflicts:
            self._drop_early(vanished)
        asked: set[ObjectKey] = set()
        while self._lost or self._waiting or asked < self._of_one_side() or self._hold_fast():
            if self._lost:
                self._lose(self._lost.popleft())
            elif self._waiting:
                self._ask(self._waiting.pop())
            else:
                for key in sorted(self._of_one_side() - asked):
                    asked.add(key)
                    self._ask_of_one_side(key)
        self._find_early()

    def _of_one_side(self) -> set[ObjectKey]:
        return self.changes.created | self.changes.vanished | self.changes.rebuilt.keys()

    def _ask(self, key: ObjectKey) -> None:
        if key in self.changes.rebuilt:
            return
        answer = alter(self._old.by_key[key], self._new.by_key[key], self._context_of(key))
        if answer is None:
            self._rebuild(key, self._reasons.get(key, DIFFERS))
        else:
            self._settle(key, answer)

    def _ask_of_one_side(self, key: ObjectKey) -> None:
        if key in self.changes.vanished and key.kind in _KEYS:
            self._rebuild_foreign_keys(key)
        before = None if key in self.changes.rebuilt else self._old.by_key.get(key)
        answer = alter(before, self._new.by_key.get(key), self._context_of(key))
        if answer is not None:
            self._settle(key, answer)

    def _rebuild_foreign_keys(self, key: ObjectKey) -> None:
        """Rebuild what refers to a table by a key that vanishes, and will by another one of its keys."""
        if any(edge.owned and edge.on in self._new.by_key for edge in self._old.dependencies(key)):
            for edge in self._old.dependents(key):
                if edge.dependent.kind == "FK CONSTRAINT" and edge.dependent in self._new.by_key:
                    self._rebuild(edge.dependent, f"depends on {self._name(edge)}")

    def _settle(self, key: ObjectKey, answer: tuple[Alteration, ...]) -> None:
        """Keep an answer, and see to what it does to others."""
        self.changes.answers[key] = answer = tuple(sorted(answer, key=_turn))
        for alteration in answer:
            self._lose_later(find_disturbed(self._old, self._new, key, alteration))
            for taken in alteration.takes:
                if taken in self._new.by_key:
                    self._rebuild(taken, f"depends on {key.schema}.{key.name}")
                else:
                    self._drop_early(taken)
            self.changes.made.update(dict.fromkeys(alteration.makes, key))

    def _context_of(self, key: ObjectKey) -> Context:
        owners = {edge.on for edge in self._new.dependencies(key) if edge.owned}
        return replace(
            self._context,
            mode=Mode.TRANSACTION
            if key in self._plain or self._must_not_be_away(key)
            else self._context.mode,
            rebuilt=frozenset(self._pieces.get(key, ())),
            text=self._texts.get(key),
            fresh=any(owner in self.changes.created or owner in self.changes.rebuilt for owner in owners),
        )

    def _must_not_be_away(self, key: ObjectKey) -> bool:
        """Return whether what is rebuilt keeps rows unique, so that nobody may write meanwhile."""
        online = self._context.mode is Mode.ONLINE and key in self.changes.rebuilt
        return online and (key.kind == "CONSTRAINT" or " UNIQUE " in self._new.by_key[key].definition[:15])

    def _rebuild(self, key: ObjectKey, why: str) -> None:
        if key in self.changes.rebuilt:
            return
        if key.kind in _KEPT:
            raise PlanImpossible(
                f"The {key} can't be changed without dropping it: {why}.",
                remedy="Write this change by hand in a revision.",
            )
        self.changes.answers.pop(key, None)
        self.changes.rebuilt[key] = why
        self._lose_later(self._old.dependents(key))

    def _drop_early(self, key: ObjectKey) -> None:
        if key not in self.changes.early:
            self.changes.early.add(key)
            self._lose_later(self._old.dependents(key))

    def _lose_later(self, edges: Iterable[Edge]) -> None:
        self._lost += sorted(edges, key=lambda edge: (edge.dependent, edge.on_piece or (), edge.piece or ()))

    def _lose(self, edge: Edge) -> None:
        """See to an entry that can't stay as it is while what it depends on is away."""
        key, piece = edge.dependent, edge.piece
        if piece is not None and piece[0] == "column" and self._may_stand_aside(edge.on):
            if key not in self._new.by_key:
                return  # it is dropped with what stands aside
            piece = "type", piece[1]
        why = f"depends on {self._name(edge)}"
        if key not in self._new.by_key:
            self._drop_early(key)
        elif piece is None:
            self._rebuild(key, why)
        elif piece not in self._pieces.setdefault(key, set()):
            self._pieces[key].add(piece)
            self._reasons.setdefault(key, why)
            self._waiting.append(key)

    def _may_stand_aside(self, key: ObjectKey) -> bool:
        """Return whether rows can be converted from an old type, under another name, to the new one."""
        if key.kind not in _TYPES or key in self._fast:
            return False
        return " AS RANGE (" not in self._old.by_key[key].definition  # its functions would keep its name

    def _hold_fast(self) -> bool:
        """Find the types that stand aside; return whether there is one that can't, and so something to do.

        That is one which needs something that is dropped before anything is made, and is no type itself.
        """
        changes = self.changes
        types = {key for key in (*changes.rebuilt, *changes.early) if self._may_stand_aside(key)}
        changes.aside = {key for key in types if self._holds(key)}
        waiting = list(changes.aside)
        while waiting:
            for edge in self._old.dependencies(waiting.pop()):
                if edge.on in types - changes.aside:
                    changes.aside.add(edge.on)
                    waiting.append(edge.on)
                elif changes.is_early(edge.on) and edge.on not in types:
                    self._fast.add(edge.dependent)
                    self._lose_later(self._old.dependents(edge.dependent))
                    return True
        return False

    def _name(self, edge: Edge) -> str:
        """Return what an edge leads to: a column where that is all that is away."""
        qualifier = f"{edge.on.schema}." if edge.on.schema else ""
        column = edge.on_piece[1] if edge.on_piece and not self.changes.is_early(edge.on) else ""
        return f"{qualifier}{edge.on.name}" + (f".{column}" if column else "")

    def _find_early(self) -> None:
        """Drop early what nothing else holds, so that it is in nobody's way."""
        self.changes.forced = forced = frozenset(self.changes.early)
        seen = set()
        # What depends on another comes behind it, but for the circles that pg_dump breaks.
        in_order = sorted(self.changes.vanished, key=self._old.positions.__getitem__)
        for key in reversed(in_order):
            seen.add(key)
            holding = [edge.dependent for edge in self._old.dependents(key) if not edge.owned]
            if key.kind not in _LATE and all(self._lets_go(other, seen) for other in holding):
                self.changes.early.add(key)
        for key in in_order:
            owners = [edge.on for edge in self._old.dependencies(key) if edge.owned]
            if key not in forced and any(self._is_late(owner) for owner in owners):
                self.changes.early.discard(key)

    def _lets_go(self, key: ObjectKey, seen: set[ObjectKey]) -> bool:
        return self.changes.is_early(key) or (key in self.changes.vanished and key not in seen)

    def _is_late(self, key: ObjectKey) -> bool:
        return key in self.changes.vanished and key not in self.changes.early

    def _holds(self, key: ObjectKey) -> bool:
        return any(
            edge.dependent.kind == "TABLE" and not self.changes.is_early(edge.dependent)
            for edge in self._old.dependents(key)
        )


def find_disturbed(old: Catalog, new: Catalog, key: ObjectKey, alteration: Alteration) -> Iterator[Edge]:
    """Yield the edges of what has to be away while an object is altered.

    What is altered AFTER, such as a column that is dropped, is not used by anything new.
    """
    rewrites = bool(alteration.touches) or alteration.risk is Risk.REWRITES_TABLE
    if alteration.part is not Part.AFTER and (alteration.replaces or alteration.remakes or rewrites):
        for table in (key, *_children(old, key)):
            for edge in old.dependents(table):
                if _is_disturbed(edge, alteration, stays=_stays(edge.dependent, old, new)):
                    yield edge
            if rewrites:
                yield from _holding(table, old)


def _holding(key: ObjectKey, catalog: Catalog) -> Iterator[Edge]:
    """Yield edges to what stores rows of a table, or values of a type, or has them in an expression.

    PostgreSQL rewrites no table then: "cannot alter table because column uses its row type"
    (find_composite_type_dependencies). It looks into domains and composite types, and the newest minor
    releases into expressions.
    """
    seen, waiting = {key}, [key]
    while waiting:
        on = waiting.pop()
        for edge in catalog.dependents(on):
            if on.kind in _TYPES or edge.on_piece == ROW_TYPE:
                if _holds_values(edge, catalog):
                    yield replace(edge, on=key, on_piece=ROW_TYPE)
                elif edge.dependent.kind in _TYPES and edge.dependent not in seen:
                    seen.add(edge.dependent)
                    waiting.append(edge.dependent)


def _holds_values(edge: Edge, catalog: Catalog) -> bool:
    user, piece = edge.dependent, edge.piece
    if user.kind in _TABLES:
        return piece is not None
    if user.kind == "DOMAIN":
        return piece is not None and piece[0] != "column"
    if user.kind in ("FUNCTION", "PROCEDURE"):
        return _SQL_BODY.search(catalog.by_key[user].definition) is not None
    return user.kind in _WITH_EXPRESSIONS


def _children(catalog: Catalog, key: ObjectKey) -> Iterator[ObjectKey]:
    """Yield the partitions of a table and the tables that inherit it, to any depth."""
    for edge in catalog.dependents(key) if key.kind in _TABLES else ():
        child = edge.dependent
        if child.kind == "TABLE ATTACH":
            child = child._replace(kind="TABLE")
            child = child if child in catalog.by_key else child._replace(kind="FOREIGN TABLE")
        elif child.kind not in _TABLES or edge.piece or edge.on_piece:
            continue
        if child != key:
            yield child
            yield from _children(catalog, child)


def _stays(key: ObjectKey, old: Catalog, new: Catalog) -> bool:
    after = new.by_key.get(key)
    return after is not None and canonical_text(old.by_key[key]) == canonical_text(after)


def _is_disturbed(edge: Edge, alteration: Alteration, *, stays: bool) -> bool:
    if alteration.replaces:
        return True
    if edge.on_piece is None:
        return False
    if edge.on_piece in alteration.remakes:
        return edge.piece != edge.on_piece
    touched = edge.on_piece[0] == "column" and edge.on_piece[1] in alteration.touches
    return touched and not _is_converted(edge, alteration, stays=stays)


def _is_converted(edge: Edge, alteration: Alteration, *, stays: bool) -> bool:
    """Return whether PostgreSQL converts a dependent with the column; to text for a while it can't be."""
    if edge.piece is not None and edge.piece[0] == "constraint":
        return alteration.part is not Part.BEFORE
    if edge.dependent.kind in _CONVERTED:
        return stays and alteration.part is not Part.BEFORE
    return edge.dependent.kind in _CONVERTED_ALONG


def _turn(alteration: Alteration) -> tuple[Part, bool]:
    """Return what alterations of one object are sorted by; those of AFTER may be torn apart."""
    return alteration.part, alteration.part is Part.AFTER and not alteration.transactional
