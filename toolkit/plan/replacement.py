"""What is replaced where it stands: views, routines, triggers, rules, comments."""

import re
from typing import Final

from toolkit.catalog.catalog import Entry
from toolkit.catalog.dependencies import PUBLIC
from toolkit.core.changes import Action, Lock
from toolkit.plan.alteration import DIFFERS, NEW, VANISHED, Alteration, Answer, Context
from toolkit.plan.statements import IDENTIFIER, definition, or_replace, quote, undoing
from toolkit.source.facts import Routine
from toolkit.source.reading import read_facts

_OWNER_OF_PUBLIC: Final = "pg_database_owner"
_OF_A_TABLE: Final = re.compile(r"(TABLE|COLUMN|VIEW|MATERIALIZED VIEW|FOREIGN TABLE) ")
_ON_TABLE: Final = re.compile(r"DROP (?P<kind>\w+) (?P<name>.+) ON (?P<table>.+)")
_PUBLICATION: Final = re.compile(
    rf"CREATE PUBLICATION (?P<name>{IDENTIFIER})(?P<content>.*) WITH (?P<options>\(.+\));"
)
_EXTENSION: Final = re.compile(
    r"CREATE (?P<extension>EXTENSION) IF NOT EXISTS (?P<name>.+) WITH (?P<schema>SCHEMA .+);"
)


def replace_view(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Replace a view whose columns are the first of the new one's.

    CREATE OR REPLACE VIEW keeps everything that belongs to the view, and sets its options to those written.
    """
    if old is None or new is None or new.columns[: len(old.columns)] != old.columns:
        return None
    (text,) = (context.text,) if context.text else definition(new)
    return (_replacement(or_replace(text), lock=Lock.ACCESS_EXCLUSIVE),)


def replace_routine(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Replace a function or procedure that is called and answers as before.

    PostgreSQL wants the same names and modes of parameters and the same result, and keeps no default from
    being changed or added, but from being removed.
    """
    if old is None or new is None or old.drop != new.drop:
        return None
    before, after = _routine(old), _routine(new)
    lost = any(
        one.default and not two.default for one, two in zip(before.parameters, after.parameters, strict=False)
    )
    if lost or _answer(before) != _answer(after):
        return None
    first, *rest = definition(new)
    return (_replacement(or_replace(context.text or first), *rest),)


def _routine(entry: Entry) -> Routine:
    (routine,) = (
        fact for fact in read_facts(entry.definition, "pg_catalog", bodies=False) if isinstance(fact, Routine)
    )
    return routine


def _answer(routine: Routine) -> tuple[object, ...]:
    columns = [(part.name, part.type) for part in routine.parameters if part.mode == "table"]
    return routine.returns, routine.set, columns


def replace_on_table(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Replace a trigger or rule, or only switch it on or off; constraint triggers can't be replaced."""
    if old is None or new is None:
        return None
    (before, *old_state), (after, *state) = definition(old), definition(new)
    if after.startswith("CREATE CONSTRAINT TRIGGER") and before != after:
        return None
    place = _ON_TABLE.match(new.drop)
    if old_state and not state and place:
        state = [f"ALTER TABLE {place['table']} ENABLE {place['kind']} {place['name']}"]
    replaced = [] if before == after else [or_replace(context.text or after)]
    lock = Lock.SHARE_ROW_EXCLUSIVE if new.kind == "TRIGGER" else Lock.ACCESS_EXCLUSIVE
    return (_replacement(*replaced, *state, lock=lock),)


def say_again(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Say a comment or a security label; the last one counts. That of a table or column locks the table."""
    entry = new or old
    if entry is None or context.fresh:
        return None
    lock = Lock.SHARE_UPDATE_EXCLUSIVE if _OF_A_TABLE.match(entry.name) else None
    if old and new:
        return (_replacement(*definition(new), lock=lock),)
    sql = definition(entry) if new else (undoing(entry) or "",)
    action = Action.CREATE if new else Action.DROP
    return (Alteration(sql, NEW if new else VANISHED, action=action, lock=lock),)


def alter_public_schema(old: Entry | None, new: Entry | None, _: Context) -> Answer:
    """Give the schema public, which initdb makes and pg_dump has if it is not as it was, another owner."""
    entry = new or old
    if entry is None or entry.key != PUBLIC:
        return None
    if old and new:
        return ()
    owner = quote(new.owner) if new else _OWNER_OF_PUBLIC
    return (Alteration((f"ALTER SCHEMA public OWNER TO {owner}",), "its owner differs"),)


def alter_publication(old: Entry | None, new: Entry | None, _: Context) -> Answer:
    """Set what a publication publishes; what it is for can't be altered."""
    before = _PUBLICATION.fullmatch(old.definition) if old else None
    after = _PUBLICATION.fullmatch(new.definition) if new else None
    if not before or not after or before["content"] != after["content"]:
        return None
    return (Alteration((f"ALTER PUBLICATION {after['name']} SET {after['options']}",), DIFFERS),)


def alter_extension(old: Entry | None, new: Entry | None, _: Context) -> Answer:
    """Move an extension to another schema."""
    after = _EXTENSION.fullmatch(new.definition) if old and new else None
    if after is None:
        return None
    return (Alteration((f"ALTER EXTENSION {after['name']} SET {after['schema']}",), DIFFERS),)


def _replacement(*sql: str, lock: Lock | None = None) -> Alteration:
    return Alteration(sql, DIFFERS, action=Action.REPLACE, lock=lock)
