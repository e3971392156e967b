"""How one object is changed without dropping it: what the planner asks of the modules by kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

from toolkit.catalog.catalog import Entries, Entry, Piece
from toolkit.core.changes import Action, Lock, ObjectKey, Risk

# Reasons for a step that say no more than what is plain.
NEW: Final = "new"
VANISHED: Final = "only in the database"
DIFFERS: Final = "definition differs"


class Part(IntEnum):
    """When an alteration runs.

    BEFORE: before what it had used is dropped, as of a default whose function is made anew. MAIN: in the
    order of the new catalog; what depends on the object waits for it. AFTER: when nothing old uses the object
    any more, as the drop of a column; nothing waits for it.
    """

    BEFORE = 0
    MAIN = 1
    AFTER = 2


class Mode(StrEnum):
    """Which forms a plan may use.

    ONLINE: those that do not hold writers up; what can't run in a transaction is marked. TRANSACTION: one
    transaction runs it all, so nothing CONCURRENTLY. STEPS: outside a transaction, so every statement must be
    safe to run again.
    """

    ONLINE = "online"
    TRANSACTION = "transaction"
    STEPS = "steps"


@dataclass(frozen=True, slots=True)
class Alteration:
    """Statements that lead one object a way from its old to its new definition.

    The alterations of one answer run in their order within each part; but in AFTER those that can run in a
    transaction come first. sql: without semicolons. why, risk, lock, transactional, by_hand: as in a Step.
    touches: columns whose type changes: what reads them is dropped before and made again after (but for
    indexes, statistics and constraints other than foreign keys, which PostgreSQL keeps, as long as their
    definition does not change too). remakes: pieces that are dropped, and perhaps added again: everything on
    them goes before or along, and is made again if the new catalog has it. replaces: the object is another
    one afterwards, such as an index of the same name: whatever depends on it goes before and is made again.
    takes: entries of the old catalog that go with this and need no DROP; if they are in the new catalog they
    have to be made again. makes: entries of the new catalog that are there after this.
    """

    sql: tuple[str, ...]
    why: str
    part: Part = Part.MAIN
    action: Action = Action.ALTER
    risk: Risk = Risk.SAFE
    lock: Lock | None = None
    transactional: bool = True
    by_hand: str | None = None
    touches: frozenset[str] = frozenset()
    remakes: frozenset[Piece] = frozenset()
    replaces: bool = False
    takes: frozenset[ObjectKey] = frozenset()
    makes: frozenset[ObjectKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Context:
    """What an alteration depends on beside the two entries.

    postgresql: the oldest target major; nothing newer may stand in the SQL. fresh: whether the table that the
    object belongs to is made by the same plan, so that nobody reads or writes it yet. rebuilt: pieces that
    have to be taken away BEFORE and made again in MAIN though they may not differ, because something that
    they depend on is dropped and made anew in between. ("type", column) stands for a column to convert in
    MAIN by way of text: its type is another one of the same name then, and the old one has made way until
    AFTER. text: the statement in the artifact, where there is one. old, new: the two catalogs, to look up
    what belongs to the object.
    """

    postgresql: int = 15
    mode: Mode = Mode.ONLINE
    fresh: bool = False
    rebuilt: frozenset[Piece] = frozenset()
    text: str | None = None
    old: Entries = field(default_factory=Entries)
    new: Entries = field(default_factory=Entries)


Answer = tuple[Alteration, ...] | None

Alter = Callable[[Entry | None, Entry | None, Context], Answer]
"""From an old entry to a new one of the same key, whose definitions differ or of which a piece is rebuilt.

Owner, tablespace and access method are the planner's. None stands for: there is none, so that alter(None,
new) creates it and alter(old, None) drops it. The answer None: there is no way but the general one, which is
to drop it by its DROP and to create it by its definition; an empty tuple: nothing has to be done.
"""
