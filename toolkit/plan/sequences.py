"""Sequences, alone, owned by a column, or behind an identity column.

ALTER SEQUENCE locks the sequence only; what makes or unmakes an identity column locks its table with
ACCESS EXCLUSIVE (AlterTableGetLockLevel).
"""

from collections.abc import Iterator, Mapping
from typing import Final

from toolkit.catalog.catalog import Entry
from toolkit.core.changes import Action, Lock
from toolkit.plan.alteration import Alteration, Answer, Context, Mode, Part
from toolkit.plan.lookup import guarded, key_of, made_name, once
from toolkit.source.canonical_types import Sequence, read_sequence
from toolkit.source.cursor import statements, unqualified

ALREADY_IDENTITY: Final = ("object_not_in_prerequisite_state", "duplicate_table")
_UNSAID: Final = {"AS": "AS bigint", "CYCLE": "NO CYCLE"}  # what pg_dump leaves out


def alter_sequence(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how a sequence is altered; where it becomes an identity's, or was one, its value is kept."""
    if old is None or new is None:
        return _identity(old, new, context)
    before, after = read_sequence(old.definition), read_sequence(new.definition)
    if (before.table, before.column) != (after.table, after.column):
        if before.identity and after.identity:
            return None
        return tuple(_exchange(before, after, new, context))
    return tuple(_alter(before, after))


def _identity(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how the identity of a column is made or taken away; None for a sequence of its own."""
    entry = old or new
    sequence = read_sequence(entry.definition) if entry else None
    if entry is None or sequence is None or not sequence.identity:
        return None
    column = f"ALTER TABLE {sequence.table} ALTER COLUMN {sequence.column}"
    if new is None:
        sql = [f"{column} DROP IDENTITY{once(context, ' IF EXISTS')}"]
        why = f"column {sequence.column} is no identity column any more"
    else:
        sql = [guarded(context, text, *ALREADY_IDENTITY) for text in statements(entry.definition)]
        why = f"column {sequence.column} is an identity column"
    return (Alteration(tuple(sql), why, lock=Lock.ACCESS_EXCLUSIVE),)


def _alter(old: Sequence, new: Sequence) -> Iterator[Alteration]:
    if old.identity != new.identity:
        sql = f"ALTER TABLE {new.table} ALTER COLUMN {new.column} SET GENERATED {new.identity}"
        yield Alteration(
            (sql,), f"column {new.column} is GENERATED {new.identity}", lock=Lock.ACCESS_EXCLUSIVE
        )
    clauses = _clauses(old.clauses, new.clauses)
    if clauses:
        yield Alteration((f"ALTER SEQUENCE {new.name} {' '.join(clauses)}",), "its options change")
    if old.unlogged != new.unlogged:
        words = "UNLOGGED" if new.unlogged else "LOGGED"
        yield Alteration((f"ALTER SEQUENCE {new.name} SET {words}",), f"it is {words.lower()}")


def _clauses(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the options that change; AS first, for it changes the bounds."""
    names = {**new, **old}
    return [new.get(name, _UNSAID.get(name, "")) for name in names if old.get(name) != new.get(name)]


def _exchange(old: Sequence, new: Sequence, entry: Entry, context: Context) -> Iterator[Alteration]:
    """Yield what makes the new sequence beside the old one under another name, and goes on from its value."""
    last = unqualified(new.name)
    name = made_name(last, "old")
    before = f"{new.name.removesuffix(last)}{name}"
    gone = f"DROP SEQUENCE {before}"
    if old.identity:
        gone = f"ALTER TABLE {old.table} ALTER COLUMN {old.column} DROP IDENTITY"
    text = new.name.replace("'", "''")
    made = statements(entry.definition)
    last = f"SELECT setval('{text}', last_value, is_called) FROM {before}"
    rename = f"ALTER SEQUENCE {old.name} RENAME TO {name}"
    sql = [rename, *made, last, gone]
    if context.mode is Mode.STEPS:
        whole = ";\n".join(sql).replace("SELECT setval", "PERFORM setval")
        sql = [guarded(context, whole, ALREADY_IDENTITY[0])]
    why = (
        f"column {(new if new.identity else old).column} is {'an' if new.identity else 'no'} identity column"
    )
    yield Alteration(tuple(sql), why, lock=Lock.ACCESS_EXCLUSIVE)


def alter_owned(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return what makes a column own a sequence, or none."""
    if new is not None:
        action = Action.ALTER if old else Action.CREATE
        return (Alteration((new.definition.rstrip(";"),), "a column owns it", action=action),)
    assert old is not None
    key = key_of("SEQUENCE", old.definition.split(" OWNED BY ")[0].removeprefix("ALTER SEQUENCE "))
    if key not in context.new:
        return ()
    sql = f"{old.definition.split(' OWNED BY ')[0]} OWNED BY NONE"
    return (Alteration((sql,), "no column owns it any more", Part.BEFORE),)
