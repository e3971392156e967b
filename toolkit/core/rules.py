"""What can go wrong in a command: the constraints of tables, the text of routines, the triggers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableRule:
    """A constraint or a unique index of a table; a partition's is that of its root.

    sqlstate: of the error when it is broken. columns: those it is about; none where that is an expression.
    expression: of a CHECK. target: the table that a foreign key refers to, 0 for others. keys: the columns
    there. keeps: the foreign key forbids to delete what it refers to.
    """

    relation: int
    name: str
    sqlstate: str
    columns: tuple[str, ...]
    expression: str = ""
    target: int = 0
    keys: tuple[str, ...] = ()
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """The text of a routine; schema: where the names in its body are looked up that have none."""

    oid: int
    text: str
    schema: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class TriggerCall:
    """A routine that a write to a relation calls; events: insert, update, delete, truncate."""

    relation: int
    routine: int
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of a database; cascades: (referenced, referring) table of keys that delete or set along."""

    rules: tuple[TableRule, ...]
    definitions: tuple[Definition, ...]
    triggers: tuple[TriggerCall, ...]
    cascades: tuple[tuple[int, int], ...] = ()
