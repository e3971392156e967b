"""What a partition is of, and for which values.

DETACH PARTITION takes ACCESS EXCLUSIVE on the partitioned table. ATTACH PARTITION takes SHARE UPDATE
EXCLUSIVE there, SHARE ROW EXCLUSIVE on what foreign keys refer to, and reads the rows of the partition under
ACCESS EXCLUSIVE (documentation of ALTER TABLE).
"""

from dataclasses import replace

from toolkit.catalog.catalog import Entry
from toolkit.core.changes import Action, Lock, ObjectKey, Risk
from toolkit.plan.alteration import NEW, Alteration, Answer, Context, Part
from toolkit.plan.inheritance import when_joined
from toolkit.plan.lookup import find_table_of_index, guarded, key_of, once
from toolkit.source.canonical_parts import read_constraint
from toolkit.source.cursor import Cursor


def alter_attachment(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how a partition is attached, gets other bounds, or leaves and stays; None for the plain way."""
    entry = new or old
    assert entry is not None
    parent, partition = _read_attachment(entry)
    attach = _attach(entry, parent, partition, context)
    if old is None:
        if key_of("TABLE", parent) not in context.old:
            return None
        return (replace(attach, action=Action.CREATE, part=when_joined(parent, context)),)
    detach = guarded(context, f"ALTER TABLE {parent} DETACH PARTITION {partition}", "undefined_table")
    strong = Lock.ACCESS_EXCLUSIVE
    if new is not None:  # attached AFTER both have lost the columns that are gone
        detached = Alteration((detach,), "its bounds change", Part.BEFORE, lock=strong)
        return (detached, replace(attach, why="its bounds change", part=Part.AFTER))
    if key_of("TABLE", partition) not in context.new:
        return None
    left = _inherited_keys(parent, partition, context)
    drop = f"ALTER TABLE {partition} DROP CONSTRAINT {once(context, 'IF EXISTS ')}"
    drops = [f"{drop}{name}" for name, key in left if key not in context.new]
    makes = frozenset(key for _, key in left if key in context.new)
    return (Alteration((detach, *drops), f"it is no partition of {parent}", lock=strong, makes=makes),)


def _attach(entry: Entry, parent: str, partition: str, context: Context) -> Alteration:
    sql = guarded(context, entry.definition.rstrip(";"), "wrong_object_type")
    step = Alteration((sql,), NEW, lock=Lock.SHARE_UPDATE_EXCLUSIVE)
    if key_of("TABLE", partition) in context.old:
        return replace(step, lock=Lock.ACCESS_EXCLUSIVE, risk=Risk.BLOCKS_WRITES)
    return (
        replace(step, lock=Lock.SHARE_ROW_EXCLUSIVE) if _inherited_keys(parent, partition, context) else step
    )


def _read_attachment(entry: Entry) -> tuple[str, str]:
    """Return the partitioned table and the partition."""
    cursor = Cursor(entry.definition)
    cursor.take("ALTER", "TABLE", "ONLY")
    parent = cursor.name()
    cursor.take("ATTACH", "PARTITION")
    return parent, cursor.name()


def attach_index(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how the index of a partition is attached; None for the plain way.

    That may make an index valid which is itself of a partition, for which PostgreSQL before 18 locks the
    whole table with ACCESS EXCLUSIVE (validatePartitionedIndex).
    """
    if new is None or old is not None:
        return None
    cursor = Cursor(new.definition)
    cursor.take("ALTER", "INDEX")
    whole = cursor.name()
    above = find_table_of_index(whole, context.new)
    nested = key_of("INDEX ATTACH", whole) in context.new and key_of("TABLE", above) in context.old
    lock = Lock.ACCESS_EXCLUSIVE if nested else None
    return (Alteration((new.definition.rstrip(";"),), NEW, action=Action.CREATE, lock=lock),)


def _inherited_keys(parent: str, partition: str, context: Context) -> list[tuple[str, ObjectKey]]:
    """Return the foreign keys that a partition has from its table, and keeps when it leaves."""
    found = []
    for key, entry in context.old.items():
        if key.kind == "FK CONSTRAINT" and f" {parent}\n" in entry.definition:
            name = read_constraint(entry.definition).name
            found.append((name, key_of("FK CONSTRAINT", partition, name)))
    return found
