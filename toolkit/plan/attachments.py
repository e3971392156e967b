"""What has an entry of its own and is set rather than made: defaults, policies, statistics, options."""

import re
from typing import Final

from toolkit.catalog.catalog import Entry
from toolkit.core.changes import Lock
from toolkit.plan.alteration import DIFFERS, Alteration, Answer, Context
from toolkit.plan.lookup import guarded
from toolkit.plan.options import ALREADY_OPTIONS, foreign_options, plain_options
from toolkit.source.canonical import read_options
from toolkit.source.canonical_parts import read_policy
from toolkit.source.cursor import Cursor, statements

_PUBLISHED: Final = re.compile(r"(ALTER PUBLICATION .+?) ADD (TABLE ONLY .+?)(?: \(| WHERE |;|$)", re.DOTALL)


def alter_default(old: Entry | None, new: Entry | None, _: Context) -> Answer:
    """Set the default of a column anew."""
    if old is None or new is None:
        return None
    return (Alteration((new.definition.rstrip(";"),), DIFFERS, lock=Lock.ACCESS_EXCLUSIVE),)


def alter_policy(old: Entry | None, new: Entry | None, _: Context) -> Answer:
    """Alter roles and expressions of a policy; None for its command and kind, and to take one away."""
    if old is None or new is None:
        return None
    before, after = read_policy(old.definition), read_policy(new.definition)
    if (before.restrictive, before.command) != (after.restrictive, after.command):
        return None
    if (before.using and not after.using) or (before.check and not after.check):
        return None
    parts = [f"ALTER POLICY {after.name} ON {after.table}"]
    parts += [f"TO {after.roles or 'PUBLIC'}"] if before.roles != after.roles else []
    parts += [f"USING ({after.using})"] if before.using != after.using else []
    parts += [f"WITH CHECK ({after.check})"] if before.check != after.check else []
    return (Alteration((" ".join(parts),), DIFFERS, lock=Lock.ACCESS_EXCLUSIVE),)


def alter_statistics(old: Entry | None, new: Entry | None, _: Context) -> Answer:
    """Set the target of extended statistics; None for what they are about."""
    if old is None or new is None:
        return None
    before = statements(old.definition)[0]
    after, *targets = statements(new.definition)
    if before != after:
        return None
    cursor = Cursor(after)
    cursor.take("CREATE", "STATISTICS")
    sql = targets or [f"ALTER STATISTICS {cursor.name()} SET STATISTICS -1"]
    return (Alteration(tuple(sql), "its target changes"),)


def alter_materialized_view(old: Entry | None, new: Entry | None, _: Context) -> Answer:
    """Set the options of a materialised view; None for another query."""
    if old is None or new is None:
        return None
    before, after = _view(old.definition), _view(new.definition)
    if before[1:3] != after[1:3] or not set(before[3]) <= set(after[3]):
        return None
    sql = [f"ALTER MATERIALIZED VIEW {after[1]} {clause}" for clause in plain_options(before[0], after[0])]
    sql += [statement for statement in after[3] if statement not in before[3]]
    strong = any(" SET STORAGE " in statement or " SET COMPRESSION " in statement for statement in sql)
    lock = Lock.ACCESS_EXCLUSIVE if strong else Lock.SHARE_UPDATE_EXCLUSIVE
    return (Alteration(tuple(sql), "its options change", lock=lock),) if sql else ()


def _view(definition: str) -> tuple[dict[str, str], str, str, list[str]]:
    """Return the options of a materialised view, its name, its query, and the statements that follow it."""
    create, *others = statements(definition)
    cursor = Cursor(create)
    cursor.take("CREATE", "MATERIALIZED", "VIEW")
    name = cursor.name()
    options = read_options(cursor.group()) if cursor.take("WITH") else {}
    return options, name, cursor.until(), others


def alter_published(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Publish other columns or rows of a table; SET TABLE would be about all tables of the publication."""
    found = _PUBLISHED.match(old.definition) if old and new else None
    if found is None or new is None:
        return None
    drop = guarded(context, f"{found[1]} DROP {found[2].replace('ONLY ', '')}", "undefined_object")
    add = guarded(context, new.definition.rstrip(";"), "duplicate_object")
    return (Alteration((drop, add), DIFFERS, lock=Lock.SHARE_UPDATE_EXCLUSIVE),)


def alter_foreign_object(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Alter the options of a foreign-data wrapper, server or user mapping; None for everything else."""
    if old is None or new is None:
        return None
    before, after = Cursor(old.definition), Cursor(new.definition)
    head = after.until("OPTIONS")
    if before.until("OPTIONS") != head:
        return None
    options = [read_options(cursor.group()) if cursor.take("OPTIONS") else {} for cursor in (before, after)]
    target = re.sub(r"^CREATE (USER MAPPING FOR .+|SERVER \S+|FOREIGN DATA WRAPPER \S+).*", r"ALTER \1", head)
    sql = guarded(context, f"{target} {foreign_options(*options)}", *ALREADY_OPTIONS)
    return (Alteration((sql,), "its options change"),)
