"""A table that exists is altered, piece by piece.

Locks and risks: see `toolkit.plan.columns`. WITH options take SHARE UPDATE EXCLUSIVE, but user_catalog_table
ACCESS EXCLUSIVE (reloptions.c). SET LOGGED and SET UNLOGGED rewrite the table.
"""

from collections.abc import Iterator
from dataclasses import replace

from toolkit.catalog.catalog import Entry
from toolkit.core.changes import Lock, Risk
from toolkit.plan.alteration import Alteration, Answer, Context, Part
from toolkit.plan.checks import add_checks, drop_checks
from toolkit.plan.columns import alter_columns
from toolkit.plan.inheritance import after_parents, refuse_moves, when_joined, with_type, without_parents
from toolkit.plan.lookup import guarded, inherited_columns, mentions, prefix
from toolkit.plan.not_null import alter_not_null
from toolkit.plan.options import ALREADY_OPTIONS, foreign_options, plain_options
from toolkit.source.canonical import Table, read_table
from toolkit.source.cursor import bare


def alter_table(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how a table or foreign table is altered; None where it is made or dropped.

    None too for what no ALTER TABLE does: another partition key or type in it, another server.
    """
    if old is None or new is None:
        return None
    before, after = read_table(old.definition), read_table(new.definition)
    if (before.partition_by, before.server, before.rest) != (after.partition_by, after.server, after.rest):
        return None
    if _alters_partition_key(before, after, context):
        return None
    refuse_moves(before, after, context)
    before = without_parents(before, after, context)
    steps = after_parents(before, after, context)
    before, after = with_type(steps.table, after), with_type(after, steps.table)
    return (*steps.alterations, *_alter(before, after, steps.context))


def _alters_partition_key(old: Table, new: Table, context: Context) -> bool:
    kept = [(column, new.columns[name]) for name, column in old.columns.items() if name in new.columns]
    made_anew = {name for kind, name in context.rebuilt if kind in ("column", "type")}
    return any(
        mentions(old.partition_by, before.name)
        for before, after in kept
        if (before.type, before.collation) != (after.type, after.collation) or bare(before.name) in made_anew
    )


def _alter(old: Table, new: Table, context: Context) -> Iterator[Alteration]:
    strong = Lock.ACCESS_EXCLUSIVE
    for parent in old.parents:
        if parent not in new.parents:
            sql, why = f"{prefix(new)} NO INHERIT {parent}", f"it does not inherit {parent} any more"
            sql = guarded(context, sql, "undefined_table")
            yield Alteration((sql,), why, Part.BEFORE, lock=strong)
    if old.of_type and old.of_type != new.of_type:
        sql = guarded(context, f"{prefix(new)} NOT OF", "wrong_object_type")
        yield Alteration((sql,), f"it is not of type {old.of_type} any more", lock=strong)
    yield from drop_checks(old, new, context)
    yield from alter_columns(old, new, context)
    for column in sorted(old.not_nulls.keys() | new.not_nulls.keys()):
        if column not in new.columns:
            before, after = old.not_nulls.get(column), new.not_nulls.get(column)
            given = inherited_columns(new, context.new).get(column)
            for step in alter_not_null(new, column, before, after, context):
                yield replace(step, part=Part.BEFORE) if given and given.not_null and not after else step
    yield from add_checks(old, new, context)
    if new.of_type and old.of_type != new.of_type:
        yield Alteration((f"{prefix(new)} OF {new.of_type}",), f"it is of type {new.of_type}", lock=strong)
    for parent in new.parents:
        if parent not in old.parents:
            sql = guarded(context, f"{prefix(new)} INHERIT {parent}", "duplicate_table")
            yield Alteration((sql,), f"it inherits {parent}", when_joined(parent, context), lock=strong)
    yield from _set(old, new, context)


def _set(old: Table, new: Table, context: Context) -> Iterator[Alteration]:
    strong = Lock.ACCESS_EXCLUSIVE
    if old.unlogged != new.unlogged:
        words = "UNLOGGED" if new.unlogged else "LOGGED"
        yield Alteration(
            (f"{prefix(new)} SET {words}",), f"it is {words.lower()}", risk=Risk.REWRITES_TABLE, lock=strong
        )
    for clause in plain_options(old.options, new.options):
        lock = strong if "user_catalog_table" in clause else Lock.SHARE_UPDATE_EXCLUSIVE
        yield Alteration((f"{prefix(new)} {clause}",), "its options change", lock=lock)
    if old.foreign_options != new.foreign_options:
        clause = foreign_options(old.foreign_options, new.foreign_options)
        sql = guarded(context, f"{prefix(new)} {clause}", *ALREADY_OPTIONS)
        yield Alteration((sql,), "its options change", lock=strong)
    if old.force_row_security != new.force_row_security:
        words = f"{'' if new.force_row_security else 'NO '}FORCE ROW LEVEL SECURITY"
        why = "row security holds for its owner" + ("" if new.force_row_security else " no more")
        yield Alteration((f"{prefix(new, only=True)} {words}",), why, lock=strong)
    if old.replica_identity != new.replica_identity:
        sql = f"{prefix(new, only=True)} REPLICA IDENTITY {new.replica_identity or 'DEFAULT'}"
        yield Alteration((sql,), "its replica identity changes", lock=strong)
