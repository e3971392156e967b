"""Enums, composite types and domains, as far as PostgreSQL alters them.

What it does not alter is dropped and made again; columns of the type go by way of text meanwhile (see
`toolkit.plan.columns`), for every type can be read from text.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from toolkit.catalog.catalog import Entry
from toolkit.core.changes import Action, Lock, Risk
from toolkit.plan.alteration import NEW, VANISHED, Alteration, Answer, Context, Mode, Part
from toolkit.plan.conversions import convert
from toolkit.plan.lookup import guarded, key_of, once
from toolkit.source.canonical import read_table
from toolkit.source.canonical_types import Attribute, Domain, Type, read_domain, read_type
from toolkit.source.cursor import bare

_TABLES: Final = ("TABLE", "FOREIGN TABLE")


def alter_type(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how labels or attributes are added, dropped and changed; None for all else."""
    if old is None or new is None:
        return _repeatable(old, new, context)
    before, after = read_type(old.definition), read_type(new.definition)
    if before.form == after.form == "enum":
        return _alter_enum(before, after, context)
    if before.form == after.form == "composite":
        return _alter_composite(before, after, context)
    return None


def _repeatable(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how a type is made or dropped where that has to be safe to run again."""
    if context.mode is not Mode.STEPS:
        return None
    if new is not None:
        sql = guarded(context, new.definition.rstrip(";"), "duplicate_object")
        return (Alteration((sql,), NEW, action=Action.CREATE),)
    assert old is not None
    kind, name = old.drop.removeprefix("DROP ").split(" ", 1)
    sql = f"DROP {kind} IF EXISTS {name}"
    return (Alteration((sql,), VANISHED, action=Action.DROP),)


def _alter_enum(old: Type, new: Type, context: Context) -> Answer:
    """Return ALTER TYPE … ADD VALUE; None where labels go, move, or are to be used at once.

    A new label can't be used in the transaction that adds it (documentation of ALTER TYPE), so each is a step
    of its own before all others, and a plan for one transaction makes the type anew.
    """
    kept = tuple(label for label in new.labels if label in old.labels)
    if kept != old.labels or context.mode is Mode.TRANSACTION:
        return None
    steps = []
    for index, label in enumerate(new.labels):
        if label not in old.labels:
            later = next((other for other in new.labels[index:] if other in old.labels), None)
            before = f" BEFORE {later}" if later else ""
            sql = f"ALTER TYPE {new.name} ADD VALUE IF NOT EXISTS {label}{before}"
            steps.append(Alteration((sql,), f"label {label} is new", Part.BEFORE, transactional=False))
    return tuple(steps)


def _alter_composite(old: Type, new: Type, context: Context) -> Answer:
    """Return ALTER TYPE … ATTRIBUTE; None where attributes move, or change in a type that tables store.

    "cannot alter type because column uses it" is about ALTER ATTRIBUTE only; rows that are stored do without
    what is added, and keep what is dropped unseen.
    """
    olds, news = ({part.name: part for part in type_.attributes} for type_ in (old, new))
    kept = [name for name in olds if name in news]
    if list(news)[: len(kept)] != kept:
        return None
    changed = [name for name in kept if olds[name] != news[name]]
    if changed and _is_stored(new.name, context):
        return None
    cascade = " CASCADE" if _has_tables(new.name, context) else ""
    return tuple(_attributes(olds, new, changed, cascade, context))


def _attributes(
    olds: dict[str, Attribute], new: Type, changed: list[str], cascade: str, context: Context
) -> Iterator[Alteration]:
    lock = Lock.ACCESS_EXCLUSIVE if cascade else None  # on the tables of the type
    news = {part.name for part in new.attributes}
    for attribute in new.attributes:
        name, typed = attribute.name, _typed(attribute)
        if name in changed:
            sql = f"ALTER TYPE {new.name} ALTER ATTRIBUTE {name} TYPE {typed}{cascade}"
            why = f"type of attribute {name} changes from {_typed(olds[name])} to {typed}"
            risk = convert(olds[name].type, attribute.type).risk if cascade else Risk.SAFE
            yield Alteration((sql,), why, risk=risk, lock=lock, touches=frozenset({bare(name)}))
        elif name not in olds:
            sql = f"ALTER TYPE {new.name} ADD ATTRIBUTE {name} {typed}{cascade}"
            sql = guarded(context, sql, "duplicate_column")
            yield Alteration((sql,), f"attribute {name} is new", lock=lock)
    for name in olds:
        if name not in news:
            sql = f"ALTER TYPE {new.name} DROP ATTRIBUTE {once(context, 'IF EXISTS ')}{name}{cascade}"
            yield Alteration((sql,), f"attribute {name} is gone", Part.AFTER, risk=Risk.LOSES_DATA, lock=lock)


def _typed(attribute: Attribute) -> str:
    return attribute.type + (f" COLLATE {attribute.collation}" if attribute.collation else "")


def _is_stored(type_: str, context: Context) -> bool:
    """Return whether a table, or another type, has a column of the type or of an array of it."""
    for entry in context.old.values():
        if entry.kind in _TABLES and type_ in entry.definition:
            table = read_table(entry.definition)
            if any(column.type.rstrip("[]") == type_ for column in table.columns.values()):
                return True
        elif entry.kind in ("TYPE", "DOMAIN", "MATERIALIZED VIEW"):
            texts = (*entry.columns, entry.definition)
            if any(_names(text.partition(" AS ")[2] or text, type_) for text in texts):
                return True
    return False


def _names(text: str, type_: str) -> bool:
    return re.search(rf'(?<![\w".]){re.escape(type_)}(?![\w"])', text) is not None


def _is_stored_within(domain: str, context: Context) -> bool:
    """Return whether a table stores arrays, rows or ranges of a domain: PostgreSQL can't check those.

    "cannot alter type because column uses it" is what it says to new constraints (get_rels_with_domain).
    """
    for entry in context.old.values():
        if entry.kind in _TABLES and f"{domain}[]" in entry.definition:
            if any(column.type == f"{domain}[]" for column in read_table(entry.definition).columns.values()):
                return True
        elif entry.kind == "TYPE" and _names(entry.definition, domain):
            if _is_stored(read_type(entry.definition).name, context):
                return True
        elif entry.kind == "DOMAIN" and _names(entry.definition.partition(" AS ")[2], domain):
            other = read_domain(entry.definition)
            if other.type != domain or _is_stored_within(other.name, context):
                return True
    return False


def _has_tables(type_: str, context: Context) -> bool:
    return any(
        entry.kind == "TABLE" and read_table(entry.definition).of_type == type_
        for entry in context.old.values()
        if f" OF {type_}" in entry.definition
    )


def alter_domain(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how default, NOT NULL and checks of a domain are altered; None for another base type.

    What reads the tables that use the domain locks them with SHARE (typecmds.c), so that nobody can write.
    """
    if old is None or new is None:
        return _repeatable(old, new, context)
    before, after = read_domain(old.definition), read_domain(new.definition)
    if (before.type, before.collation) != (after.type, after.collation):
        return None
    steps = tuple(_alter_domain(before, after, context))
    reads = any(step.lock for step in steps)
    return None if reads and _is_stored_within(after.name, context) else steps


def _alter_domain(old: Domain, new: Domain, context: Context) -> Iterator[Alteration]:
    domain = f"ALTER DOMAIN {new.name}"
    rebuilt = {name for kind, name in context.rebuilt if kind == "constraint"}
    for name, text in old.checks.items():
        if new.checks.get(name) != text or bare(name) in rebuilt:
            yield Alteration(
                (f"{domain} DROP CONSTRAINT {once(context, 'IF EXISTS ')}{name}",),
                f"constraint {name} is {'gone' if name not in new.checks else 'made anew'}",
                Part.BEFORE if bare(name) in rebuilt else Part.MAIN,
            )
    make_way = any(kind == "default" for kind, _ in context.rebuilt)
    if old.default and (make_way or not new.default):
        part = Part.BEFORE if make_way else Part.MAIN
        yield Alteration((f"{domain} DROP DEFAULT",), "its default changes", part)
    if new.default and (make_way or new.default != old.default):
        yield Alteration((f"{domain} SET DEFAULT {new.default}",), "its default changes")
    if new.not_null is None and old.not_null is not None:
        yield Alteration((f"{domain} DROP NOT NULL",), "it may be NULL")
    if new.not_null is not None and old.not_null is None:
        yield _reads(f"{domain} SET NOT NULL", "it must not be NULL")
    for name, text in new.checks.items():
        if old.checks.get(name) != text or bare(name) in rebuilt:
            why = f"constraint {name} is {'made anew' if name in old.checks else 'new'}"
            yield from _add_check(new, name, text, why, context)


def _add_check(domain: Domain, name: str, text: str, why: str, context: Context) -> Iterator[Alteration]:
    key = key_of("CHECK CONSTRAINT", domain.name, name)
    valid = f"ALTER DOMAIN {domain.name} VALIDATE CONSTRAINT {name}"
    before = context.old.get(key)
    if before is not None and before.definition.rstrip(";").endswith(f" {text} NOT VALID"):
        step = _reads(valid, f"constraint {name} is to be valid")
        yield replace(step, takes=frozenset({key}), transactional=context.mode is not Mode.ONLINE)
        return
    add = f"ALTER DOMAIN {domain.name} ADD CONSTRAINT {name} {text}"
    if context.mode is Mode.ONLINE:
        yield Alteration((f"{add} NOT VALID",), why)
        yield replace(_reads(valid, why), transactional=False)
    else:
        yield _reads(guarded(context, add, "duplicate_object"), why)


def _reads(sql: str, why: str) -> Alteration:
    """Return a statement that reads the tables of a domain."""
    return Alteration((sql,), why, risk=Risk.BLOCKS_WRITES, lock=Lock.SHARE)
