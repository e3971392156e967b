"""What a partition is of, and for which values.

DETACH PARTITION takes ACCESS EXCLUSIVE on the partitioned table; ATTACH PARTITION takes SHARE UPDATE
EXCLUSIVE there, and reads the rows of the partition under ACCESS EXCLUSIVE (documentation of ALTER TABLE).
"""

from dataclasses import replace

from toolkit.catalog.catalog import Entry
from toolkit.core.changes import Lock, ObjectKey, Risk
from toolkit.plan.alteration import Alteration, Answer, Context, Part
from toolkit.plan.lookup import guarded, key_of, once
from toolkit.source.canonical_parts import read_constraint
from toolkit.source.cursor import Cursor, bare


def alter_attachment(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how a partition is detached and stays, or gets other bounds; None for the plain way."""
    if old is None:
        return None
    cursor = Cursor(old.definition)
    cursor.take("ALTER", "TABLE", "ONLY")
    parent = cursor.name()
    cursor.take("ATTACH", "PARTITION")
    partition = cursor.name()
    detach = guarded(context, f"ALTER TABLE {parent} DETACH PARTITION {partition}", "undefined_table")
    strong = Lock.ACCESS_EXCLUSIVE
    if new is not None:
        why = "its bounds change"
        sql = guarded(context, new.definition.rstrip(";"), "wrong_object_type")
        attach = Alteration((sql,), why, Part.AFTER, risk=Risk.BLOCKS_WRITES)
        return (
            Alteration((detach,), why, Part.BEFORE, lock=strong),
            replace(attach, lock=Lock.SHARE_UPDATE_EXCLUSIVE),  # both tables have the same columns by then
        )
    if key_of("TABLE", partition) not in context.new:
        return None
    left = _left_over(parent, partition, context)
    drop = f"ALTER TABLE {partition} DROP CONSTRAINT {once(context, 'IF EXISTS ')}"
    drops = [f"{drop}{name}" for name, key in left if key not in context.new]
    makes = frozenset(key for _, key in left if key in context.new)
    return (Alteration((detach, *drops), f"it is no partition of {parent}", lock=strong, makes=makes),)


def _left_over(parent: str, partition: str, context: Context) -> list[tuple[str, ObjectKey]]:
    """Return the foreign keys that a partition has from its table and keeps when it leaves."""
    found = []
    for key, entry in context.old.items():
        if key.kind == "FK CONSTRAINT":
            constraint = read_constraint(entry.definition)
            if constraint.table == parent:
                found.append((constraint.name, key_of("FK CONSTRAINT", partition, bare(constraint.name))))
    return found
