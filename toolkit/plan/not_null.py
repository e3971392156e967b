"""NOT NULL on a column that exists.

SET NOT NULL reads the whole table under ACCESS EXCLUSIVE, unless a valid CHECK constraint proves that there
is no NULL (documentation of ALTER TABLE). Such a constraint can be validated while the table is in use. From
PostgreSQL 18 on, NOT NULL itself can be added NOT VALID and validated later.
"""

from collections.abc import Iterator
from typing import Final

from toolkit.core.changes import Lock, Risk
from toolkit.plan.alteration import Alteration, Context, Mode, Part
from toolkit.plan.lookup import find_identity, find_primary_key, guarded, made_name, prefix
from toolkit.source.canonical import NotNull, Table
from toolkit.source.canonical_parts import Constraint
from toolkit.source.cursor import unqualified

_HAS_NAMED: Final = 18  # the first major that keeps NOT NULL as a constraint


def alter_not_null(
    table: Table, column: str, old: NotNull | None, new: NotNull | None, context: Context
) -> Iterator[Alteration]:
    """Yield what leads from one NOT NULL of a column, or none, to another; column: as written."""
    if old == new:
        return
    if new is None:
        yield Alteration(
            (f"{prefix(table)} ALTER COLUMN {column} DROP NOT NULL",),
            f"column {column} may be NULL",
            Part.AFTER if _is_firm(table.name, column, context) else Part.MAIN,
            lock=Lock.ACCESS_EXCLUSIVE,
        )
    elif old is None and not _left_to_key(table, column, context):
        yield from _set(table, column, new, context)
    elif old is not None and context.postgresql >= _HAS_NAMED:
        yield from _alter_constraint(table, column, old, new, context)


def _set(table: Table, column: str, new: NotNull, context: Context) -> Iterator[Alteration]:
    why = f"column {column} must not be NULL"
    named = context.postgresql >= _HAS_NAMED
    # An identity and some keys can't wait for it.
    waited = find_identity(table.name, column, context.new) or _find_new_key(table.name, column, context)
    if context.mode is not Mode.ONLINE or table.foreign or waited:
        sql = f"ALTER COLUMN {column} SET NOT NULL"
        if named and (new.name or not new.inherit):
            sql = f"ADD {_clause(_name(table, column, new), column, new)}"
        risk = Risk.SAFE if table.foreign else Risk.BLOCKS_WRITES
        yield Alteration((f"{prefix(table)} {sql}",), why, risk=risk, lock=Lock.ACCESS_EXCLUSIVE)
    elif named and not table.partition_by:
        name = _name(table, column, new)
        yield Alteration(
            (f"{prefix(table)} ADD {_clause(name, column, new)} NOT VALID",), why, lock=Lock.ACCESS_EXCLUSIVE
        )
        yield validate(table.name, name, why)
    else:
        name, *proof = prove_not_null(table.name, column, why)
        yield from proof
        yield Alteration(
            (
                f"{prefix(table)} ALTER COLUMN {column} SET NOT NULL",
                f"{prefix(table)} DROP CONSTRAINT IF EXISTS {name}",
            ),
            why,
            Part.AFTER,
            lock=Lock.ACCESS_EXCLUSIVE,
            transactional=False,
        )


def prove_not_null(table: str, column: str, why: str) -> tuple[str, Alteration, Alteration]:
    """Return the name of a CHECK that proves a column to be free of NULL, and what adds and validates it."""
    name = made_name("toolkit", column, "not_null")
    check = f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID"
    return name, Alteration((check,), why, lock=Lock.ACCESS_EXCLUSIVE), validate(table, name, why)


def _left_to_key(table: Table, column: str, context: Context) -> bool:
    """Return whether a new primary key sees to NOT NULL; see `toolkit.plan.constraints`."""
    key = _find_new_key(table.name, column, context)
    online = context.mode is Mode.ONLINE and not table.partition_by
    return online and key is not None and "WITHOUT OVERLAPS" not in key.body


def _is_firm(table: str, column: str, context: Context) -> bool:
    """Return whether a column can't be NULL before its identity or the primary key is gone."""
    key = find_primary_key(table, context.old)
    is_key = key is not None and column in key.columns
    return is_key or find_identity(table, column, context.old) is not None


def _find_new_key(table: str, column: str, context: Context) -> Constraint | None:
    """Return the new primary key that a column gets its NOT NULL from, None where there is none."""
    before, after = (find_primary_key(table, side) for side in (context.old, context.new))
    if after is None or column not in after.columns or (before is not None and column in before.columns):
        return None
    return after


def _clause(name: str, column: str, new: NotNull) -> str:
    return f"CONSTRAINT {name} NOT NULL {column}{'' if new.inherit else ' NO INHERIT'}"


def _name(table: Table, column: str, constraint: NotNull) -> str:
    """Return the name of a constraint; PostgreSQL makes it of table and column where nobody gives one."""
    return constraint.name or constraint.made_up or made_name(unqualified(table.name), column, "not_null")


def _alter_constraint(
    table: Table, column: str, old: NotNull, new: NotNull, context: Context
) -> Iterator[Alteration]:
    why = f"constraint NOT NULL of column {column} changes"
    name = _name(table, column, old)
    if new.name != old.name:
        name, before = _name(table, column, new), name
        sql = f"{prefix(table)} RENAME CONSTRAINT {before} TO {name}"
        sql = guarded(context, sql, "undefined_object")
        yield Alteration((sql,), why, lock=Lock.ACCESS_EXCLUSIVE)
    if new.inherit != old.inherit:
        sql = f"{prefix(table)} ALTER CONSTRAINT {name} {'INHERIT' if new.inherit else 'NO INHERIT'}"
        yield Alteration((sql,), why, lock=Lock.ACCESS_EXCLUSIVE)


def validate(table: str, constraint: str, why: str) -> Alteration:
    """Return VALIDATE CONSTRAINT, which reads the whole table beside those who write it.

    It runs alone: in the transaction that added the constraint its lock would still be held.
    """
    return Alteration(
        (f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}",),
        why,
        Part.AFTER,
        lock=Lock.SHARE_UPDATE_EXCLUSIVE,
        transactional=False,
    )
