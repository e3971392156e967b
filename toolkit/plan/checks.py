"""CHECK constraints of a table that exists.

ADD CONSTRAINT reads the whole table under ACCESS EXCLUSIVE; NOT VALID does not, and VALIDATE CONSTRAINT reads
it beside those who write (documentation of ALTER TABLE, "Notes"). pg_dump keeps a valid constraint in the
definition of the table, and has an entry CHECK CONSTRAINT of one that is not.
"""

from collections.abc import Iterator
from dataclasses import replace

from toolkit.core.changes import Lock, Risk
from toolkit.plan.alteration import Alteration, Context, Mode, Part
from toolkit.plan.inheritance import is_inherited, merged_into
from toolkit.plan.lookup import guarded, key_of, once, prefix
from toolkit.plan.not_null import validate
from toolkit.source.canonical import Table
from toolkit.source.cursor import bare

_NOT_VALID = " NOT VALID"


def drop_checks(old: Table, new: Table, context: Context) -> Iterator[Alteration]:
    """Yield what drops the constraints that are gone, changed, or have to make way."""
    for name, text in old.checks.items():
        rebuilt = ("constraint", bare(name)) in context.rebuilt
        if rebuilt or new.checks.get(name) != text:
            drop = f" DROP CONSTRAINT {once(context, 'IF EXISTS ')}{name}"
            heirs = merged_into(new, name, context) if name in new.checks else ()
            in_the_way = rebuilt or is_inherited(new, name, context)
            yield Alteration(
                (prefix(new) + drop, *(prefix(heir) + drop for heir in heirs)),
                _why(name, old, new),
                Part.BEFORE if in_the_way else Part.MAIN,
                lock=Lock.ACCESS_EXCLUSIVE,
                remakes=frozenset({("constraint", bare(name))}),
            )


def add_checks(old: Table, new: Table, context: Context) -> Iterator[Alteration]:
    """Yield what adds the constraints that are new, changed, or had to make way; validated beside writers."""
    for name, text in new.checks.items():
        key = key_of("CHECK CONSTRAINT", new.name, name)
        rebuilt = ("constraint", bare(name)) in context.rebuilt
        before = context.old.get(key)
        if name in old.checks and old.checks[name] == text and not rebuilt:
            continue
        if (
            before is not None
            and before.definition.rstrip(";").endswith(f" {text}{_NOT_VALID}")
            and not rebuilt
        ):
            valid = validate(new.name, name, f"constraint {name} is to be valid")
            online = context.mode is Mode.ONLINE
            risk = Risk.SAFE if online else Risk.BLOCKS_WRITES
            yield replace(valid, transactional=not online, takes=frozenset({key}), risk=risk)
        else:
            yield from add_check(new, name, text, _why(name, old, new), context)


def add_check(table: Table, name: str, text: str, why: str, context: Context) -> Iterator[Alteration]:
    """Yield what adds a constraint to a table in use; text: what follows its name."""
    online = context.mode is Mode.ONLINE and not table.foreign and not text.endswith((_NOT_VALID, "ENFORCED"))
    scans = not online and not table.foreign and not text.endswith((_NOT_VALID, "ENFORCED"))
    add = f"ADD CONSTRAINT {name} {text}{_NOT_VALID if online else ''}"
    if is_inherited(table, name, context):  # it is there, and can't be dropped, but be merged
        sql = guarded(context, f"{prefix(table)} {add}", "duplicate_object")
    else:
        sql = f"{prefix(table)} {once(context, f'DROP CONSTRAINT IF EXISTS {name}, ')}{add}"
    yield Alteration(
        (sql,),
        why,
        risk=Risk.BLOCKS_WRITES if scans else Risk.SAFE,
        lock=Lock.ACCESS_EXCLUSIVE,
    )
    if online:
        yield validate(table.name, name, why)


def _why(name: str, old: Table, new: Table) -> str:
    if name not in new.checks:
        return f"constraint {name} is gone"
    if name not in old.checks:
        return f"constraint {name} is new"
    return (
        f"constraint {name} changes"
        if old.checks[name] != new.checks[name]
        else f"constraint {name} is made anew"
    )
