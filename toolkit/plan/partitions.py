"""What a partition is of, and for which values.

DETACH PARTITION takes ACCESS EXCLUSIVE on the partitioned table. ATTACH PARTITION takes SHARE UPDATE
EXCLUSIVE there, SHARE ROW EXCLUSIVE on what foreign keys refer to, and reads the rows of the partition under
ACCESS EXCLUSIVE (documentation of ALTER TABLE).
"""

from dataclasses import replace

from toolkit.catalog.catalog import Entry
from toolkit.core.changes import Action, Lock, ObjectKey, Risk
from toolkit.plan.alteration import NEW, Alteration, Answer, Context, Part
from toolkit.plan.lookup import guarded, key_of, once
from toolkit.source.canonical_parts import read_constraint, read_index
from toolkit.source.cursor import Cursor


def alter_attachment(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how a partition is attached, gets other bounds, or leaves and stays; None for the plain way."""
    entry = new or old
    assert entry is not None
    cursor = Cursor(entry.definition)
    cursor.take("ALTER", "TABLE", "ONLY")
    parent = cursor.name()
    cursor.take("ATTACH", "PARTITION")
    partition = cursor.name()
    attach = _attach(entry, parent, partition, context)
    if old is None:
        return (replace(attach, action=Action.CREATE),) if key_of("TABLE", parent) in context.old else None
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


def attach_index(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how the index of a partition is attached; None for the plain way.

    That may make an index valid which is itself of a partition, for which PostgreSQL before 18 locks the
    whole table with ACCESS EXCLUSIVE (validatePartitionedIndex).
    """
    if new is None or old is not None:
        return None
    above = _whole_index(new)
    nested = key_of("INDEX ATTACH", above) in context.new and _is_of_old_table(above, context)
    lock = Lock.ACCESS_EXCLUSIVE if nested else None
    return (Alteration((new.definition.rstrip(";"),), NEW, action=Action.CREATE, lock=lock),)


def _whole_index(attachment: Entry) -> str:
    cursor = Cursor(attachment.definition)
    cursor.take("ALTER", "INDEX")
    return cursor.name()


def _is_of_old_table(index: str, context: Context) -> bool:
    key = key_of("INDEX", index)
    if key in context.new:
        return key_of("TABLE", read_index(context.new[key].definition).table) in context.old
    constraints = (entry for entry in context.new.values() if entry.kind == "CONSTRAINT")
    tables = [entry for entry in constraints if (entry.schema, entry.name.rpartition(" ")[2]) == key[1:]]
    return any(key_of("TABLE", read_constraint(entry.definition).table) in context.old for entry in tables)


def _inherited_keys(parent: str, partition: str, context: Context) -> list[tuple[str, ObjectKey]]:
    """Return the foreign keys that a partition has from its table, and keeps when it leaves."""
    found = []
    for key, entry in context.old.items():
        if key.kind == "FK CONSTRAINT" and f" {parent}\n" in entry.definition:
            name = read_constraint(entry.definition).name
            found.append((name, key_of("FK CONSTRAINT", partition, name)))
    return found
