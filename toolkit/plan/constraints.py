"""Constraints of a table in use that have entries of their own.

A foreign key takes SHARE ROW EXCLUSIVE on both tables, all other constraints ACCESS EXCLUSIVE. Added NOT
VALID it reads no rows, and VALIDATE CONSTRAINT reads them beside those who write. A unique constraint takes
over an index that was built CONCURRENTLY (documentation of ALTER TABLE, CREATE INDEX and DROP INDEX). There
is no such way for EXCLUDE, nor for a key WITHOUT OVERLAPS.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from toolkit.catalog.catalog import Entry
from toolkit.core.changes import Action, Lock, Risk
from toolkit.plan.alteration import DIFFERS, NEW, Alteration, Answer, Context, Mode, Part
from toolkit.plan.indexes import concurrently, is_attached, mark_index
from toolkit.plan.lookup import attached_to, find_identity, find_table, guarded, made_name, once
from toolkit.plan.not_null import prove_not_null, validate
from toolkit.plan.statements import quote
from toolkit.source.canonical_parts import Constraint, read_constraint
from toolkit.source.cursor import Cursor

_UNCHECKED_ON_PARTITIONED: Final = 18  # the first major that has such foreign keys
_UNCHECKED: Final = (" NOT VALID", " NOT ENFORCED")
_DEFERRABLE: Final = re.compile(r"( DEFERRABLE)?( INITIALLY DEFERRED)?$")


def alter_foreign_key(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how a foreign key is made, validated, deferred or exchanged; None for its own definition."""
    if new is None or context.fresh:
        return None
    after = read_constraint(new.definition)
    before = read_constraint(old.definition) if old else None
    if before is not None and before.body == f"{after.body} NOT VALID":
        return (_validated(after, context),)
    if before is not None and _firm(before) == _firm(after):
        when = " ".join(after.body.removeprefix(_firm(after)).split()) or "NOT DEFERRABLE"
        sql = f"{_alter(after)} ALTER CONSTRAINT {after.name} {when}"
        return (Alteration((sql,), "it is deferred otherwise", lock=Lock.ACCESS_EXCLUSIVE),)
    return tuple(_add_foreign_key(before, after, context))


def _add_foreign_key(old: Constraint | None, new: Constraint, context: Context) -> Iterator[Alteration]:
    """Yield ADD CONSTRAINT; before PostgreSQL 18 it can't be NOT VALID on a partitioned table."""
    able = new.only or context.postgresql >= _UNCHECKED_ON_PARTITIONED
    later = context.mode is Mode.ONLINE and able and not new.body.endswith(_UNCHECKED)
    drop = f"DROP CONSTRAINT {new.name}, " if old else ""
    drop = once(context, f"DROP CONSTRAINT IF EXISTS {new.name}, ") or drop
    yield Alteration(
        (f"{_alter(new)} {drop}ADD CONSTRAINT {new.name} {new.body}{' NOT VALID' if later else ''}",),
        DIFFERS if old else NEW,
        action=Action.ALTER if old else Action.CREATE,
        risk=Risk.SAFE if later or new.body.endswith(_UNCHECKED) else Risk.BLOCKS_WRITES,
        lock=Lock.ACCESS_EXCLUSIVE if drop else Lock.SHARE_ROW_EXCLUSIVE,
    )
    if later:
        yield validate(new.table, new.name, "it is to be valid")


def _validated(constraint: Constraint, context: Context) -> Alteration:
    step = validate(constraint.table, constraint.name, "it is to be valid")
    online = context.mode is not Mode.TRANSACTION
    return replace(step, transactional=not online, risk=Risk.SAFE if online else Risk.BLOCKS_WRITES)


def _firm(constraint: Constraint) -> str:
    return _DEFERRABLE.sub("", constraint.body)


def _alter(constraint: Constraint) -> str:
    return f"ALTER TABLE {'ONLY ' if constraint.only else ''}{constraint.table}"


def alter_check(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how a CHECK that is not valid is made or exchanged; see `toolkit.plan.checks` for others."""
    if new is None or context.fresh:
        return None
    after = read_constraint(new.definition)
    why = DIFFERS if old else NEW
    if after.domain:
        sql = guarded(context, new.definition.rstrip(";"), "duplicate_object")
        return None if old else (Alteration((sql,), why, action=Action.CREATE),)
    drop = f"DROP CONSTRAINT {after.name}, " if old else ""
    drop = once(context, f"DROP CONSTRAINT IF EXISTS {after.name}, ") or drop
    sql = f"{_alter(after)} {drop}ADD CONSTRAINT {after.name} {after.body}"
    action = Action.ALTER if old else Action.CREATE
    return (Alteration((sql,), why, action=action, lock=Lock.ACCESS_EXCLUSIVE),)


def alter_key(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how a primary key, UNIQUE or EXCLUDE constraint is made or exchanged.

    None for its own definition, and for what has no form that does not hold writers up.
    """
    if new is None or context.fresh:
        return None
    after = read_constraint(new.definition)
    before = read_constraint(old.definition) if old else None
    if before is not None and before.body == after.body:
        return tuple(mark_index(before.others, after.others, after.table, context))
    table = find_table(after.table, context.new)
    if table is None or is_attached(new, context):
        return None
    if before is None and (table.partition_by or after.kind == "NOT"):
        return (_add_unread(after),)
    if after.kind not in ("PRIMARY", "UNIQUE") or "WITHOUT OVERLAPS" in after.body or table.partition_by:
        return None
    online = context.mode is Mode.ONLINE
    add = (
        _add_online(before, after, new.tablespace, context)
        if online
        else _add_at_once(before, after, context)
    )
    return (*add, *mark_index((), after.others, after.table, context))


def _add_unread(new: Constraint) -> Alteration:
    """Return what adds NOT NULL … NOT VALID, or a key to which those of partitions are attached."""
    sql = f"{_alter(new)} ADD CONSTRAINT {new.name} {new.body}"
    return Alteration((sql,), NEW, action=Action.CREATE, lock=Lock.ACCESS_EXCLUSIVE)


def _add_online(
    old: Constraint | None, new: Constraint, tablespace: str, context: Context
) -> Iterator[Alteration]:
    """Yield what builds an index first and then makes it the constraint's, which gives it its name."""
    why = DIFFERS if old else NEW
    action = Action.ALTER if old else Action.CREATE
    index = made_name(new.name, "new") if old else new.name
    proofs = [prove_not_null(new.table, column, why) for column in _nullable(new, context)]
    yield from (add for _, add, _ in proofs)
    yield from (replace(valid, part=Part.MAIN) for _, _, valid in proofs)
    key = Cursor(new.body)
    words = "PRIMARY KEY" if key.take("PRIMARY", "KEY") else key.word()
    nulls = " NULLS NOT DISTINCT" if key.take("NULLS", "NOT", "DISTINCT") else ""
    columns = key.group()
    include = f" INCLUDE ({key.group()})" if key.take("INCLUDE") else ""
    options = f" WITH ({key.group()})" if key.take("WITH") else ""
    place = f" TABLESPACE {quote(tablespace)}" if tablespace else ""
    sql = f"{concurrently(index, unique=True)} ON {new.table} ({columns}){include}{nulls}{options}{place}"
    lock = Lock.SHARE_UPDATE_EXCLUSIVE
    yield Alteration((sql,), why, action=action, lock=lock, transactional=False)
    drop = f"DROP CONSTRAINT {new.name}, " if old else ""
    tail = f" {key.until()}" if not key.done else ""
    add_key = f"{_alter(new)} {drop}ADD CONSTRAINT {new.name} {words} USING INDEX {index}{tail}"
    yield Alteration(
        (add_key, *(f"{_alter(new)} DROP CONSTRAINT {name}" for name, _, _ in proofs)),
        why,
        action=action,
        lock=Lock.ACCESS_EXCLUSIVE,
        replaces=old is not None,
    )


def _nullable(key: Constraint, context: Context) -> list[str]:
    """Return the columns of a new primary key that may still be NULL; see `toolkit.plan.not_null`."""
    table, new = find_table(key.table, context.old), find_table(key.table, context.new)
    if key.kind != "PRIMARY" or table is None or new is None or attached_to(key.table, context):
        return []
    filled = {
        name
        for name, column in new.columns.items()
        if name not in table.columns and (column.default or find_identity(new.name, name, context.new))
    }
    firm = {name for name, column in table.columns.items() if column.not_null is not None}
    return [name for name in key.columns if name not in filled | firm]


def _add_at_once(old: Constraint | None, new: Constraint, context: Context) -> Iterator[Alteration]:
    drop = f"DROP CONSTRAINT {new.name}, " if old else ""
    drop = once(context, f"DROP CONSTRAINT IF EXISTS {new.name}, ") or drop
    yield Alteration(
        (f"{_alter(new)} {drop}ADD CONSTRAINT {new.name} {new.body}",),
        DIFFERS if old else NEW,
        action=Action.ALTER if old else Action.CREATE,
        risk=Risk.BLOCKS_WRITES,
        lock=Lock.ACCESS_EXCLUSIVE,
        replaces=old is not None,
    )
