"""Columns of a table that exists: added, dropped, converted, filled, set.

Locks are those of AlterTableGetLockLevel: ACCESS EXCLUSIVE, but SHARE UPDATE EXCLUSIVE for SET STATISTICS,
SET (…) and VALIDATE CONSTRAINT. A risk is more than safe where the lock is held for a time that grows with
the table (documentation of ALTER TABLE, "Notes").
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from toolkit.core.changes import Lock, ObjectKey, Risk
from toolkit.plan.alteration import Alteration, Context, Part
from toolkit.plan.conversions import Cast, convert
from toolkit.plan.lookup import (
    find_domain,
    find_identity,
    inherited_columns,
    is_enum,
    is_volatile,
    key_of,
    mentions,
    once,
    prefix,
)
from toolkit.plan.not_null import alter_not_null
from toolkit.plan.options import foreign_options, plain_options
from toolkit.source.canonical import Column, Table
from toolkit.source.cursor import bare, statements

_HAS_SET_EXPRESSION: Final = 17  # the first major that does
_HAS_STORAGE_DEFAULT: Final = 16
_MAIN_STORAGE: Final = ("numeric", "inet", "cidr")


def alter_columns(old: Table, new: Table, context: Context) -> Iterator[Alteration]:
    """Yield what makes the columns of the new table of those of the old one."""
    both = [(old.columns[name], column) for name, column in new.columns.items() if name in old.columns]
    retyped = {after.name for before, after in both if _typed(before) != _typed(after)}
    altered = []
    for before, after in both:
        if _is_made_anew(before, after, retyped, context):
            yield from _make_anew(new, before, after, context)
        elif before.generated and not after.generated:
            why = f"column {after.name} is not generated any more"
            yield _plain(new, after, "DROP EXPRESSION", why, only=False)
            altered.append((replace(before, generated="", default=""), after))
        else:
            altered.append((before, after))
    yield from _convert(new, altered, context)
    for name, column in new.columns.items():
        if name not in old.columns:
            yield from _add(new, column, context)
    for before, after in altered:
        yield from _alter(new, before, after, context)
    inherited = inherited_columns(new, context.new)
    for name, column in old.columns.items():
        if name not in new.columns and name not in inherited:
            yield _drop(new, column, context)


# Added and dropped


def _add(table: Table, column: Column, context: Context) -> Iterator[Alteration]:
    """Yield ADD COLUMN, and what is needed where nothing fills a column that has to be NOT NULL."""
    identity = None if table.foreign else find_identity(table.name, column.name, context.new)
    filled = column.default or identity or _domain_default(column.type, context)
    definition = column if filled or table.foreign else replace(column, not_null=None)
    sql, *others = statements(identity.definition) if identity else [""]
    clause = _definition(definition, sql.partition(" ADD ")[2])
    yield Alteration(
        (f"{prefix(table)} ADD COLUMN {once(context, 'IF NOT EXISTS ')}{clause}", *others),
        f"column {column.name} is new",
        risk=_risk_of_adding(column, context, identity=identity is not None),
        lock=Lock.ACCESS_EXCLUSIVE,
        makes=frozenset({identity.key} if identity else ()),
    )
    yield from _set(table, Column("", foreign_options=column.foreign_options), column, context)
    if column.not_null is not None and definition.not_null is None:
        yield Alteration(
            (),
            f"column {column.name} is new and must not be NULL",
            risk=Risk.SAFE,
            by_hand=f"give every row of {table.name} a value for {column.name}",
        )
        yield from alter_not_null(table, column.name, None, column.not_null, context)


def _definition(column: Column, identity: str) -> str:
    parts = [column.name, column.type]
    if column.foreign_options:
        parts.append(foreign_options({}, column.foreign_options).replace("ADD ", ""))
    if column.collation:
        parts.append(f"COLLATE {column.collation}")
    if column.generated:
        parts.append(f"GENERATED ALWAYS AS ({column.default})")
        parts += ["STORED"] if column.generated == "stored" else []
    elif column.default:
        parts.append(f"DEFAULT {column.default}")
    parts += [identity] if identity else []
    if column.not_null is not None:
        parts += [f"CONSTRAINT {column.not_null.name}"] if column.not_null.name else []
        parts.append("NOT NULL" if column.not_null.inherit else "NOT NULL NO INHERIT")
    return " ".join(parts)


def _risk_of_adding(column: Column, context: Context, *, identity: bool) -> Risk:
    """Return the risk of ADD COLUMN: "a volatile DEFAULT … will require the entire table to be rewritten".

    So do stored generated columns, identity columns, and domains with constraints.
    """
    if column.generated == "virtual":
        return Risk.SAFE
    domain = find_domain(column.type, context.new)
    constrained = domain is not None and bool(domain.checks or domain.not_null)
    volatile = is_volatile(column.default or _domain_default(column.type, context), context.new)
    return Risk.REWRITES_TABLE if column.generated or identity or constrained or volatile else Risk.SAFE


def _domain_default(type_: str, context: Context) -> str:
    domain = find_domain(type_, context.new)
    return domain.default if domain is not None else ""


def _drop(table: Table, column: Column, context: Context) -> Alteration:
    """Return DROP COLUMN, which comes last: whatever had used the column is altered by then."""
    return Alteration(
        (f"{prefix(table)} DROP COLUMN {once(context, 'IF EXISTS ')}{column.name}",),
        f"column {column.name} is gone",
        Part.AFTER,
        risk=Risk.SAFE if column.generated else Risk.LOSES_DATA,
        lock=Lock.ACCESS_EXCLUSIVE,
        takes=_attached(table, column, context),
    )


def _attached(table: Table, column: Column, context: Context) -> frozenset[ObjectKey]:
    """Return what the old catalog has for a column: default, comment, rights, identity."""
    schema = key_of("", table.name).schema
    name = f"COLUMN {table.name.rpartition('.')[2] if schema else table.name}.{column.name}"
    keys = {key_of("DEFAULT", table.name, column.name)}
    keys |= {ObjectKey(kind, schema, name) for kind in ("COMMENT", "ACL", "SECURITY LABEL")}
    identity = find_identity(table.name, column.name, context.old)
    return frozenset(key for key in keys if key in context.old) | ({identity.key} if identity else set())


def _is_made_anew(old: Column, new: Column, retyped: set[str], context: Context) -> bool:
    """Return whether a generated column has to be dropped and added: SET EXPRESSION is of PostgreSQL 17.

    DROP EXPRESSION makes an ordinary column of a stored one; there is no other way between the two. The type
    of a column can't be altered while a generated one reads it.
    """
    if not old.generated and not new.generated:
        return False
    if any((kind, bare(new.name)) in context.rebuilt for kind in ("default", "column", "type")):
        return True
    if old.generated != new.generated:
        return bool(new.generated) or old.generated == "virtual"
    reads = any(mentions(old.default, name) for name in retyped)
    changed = old.default != new.default and context.postgresql < _HAS_SET_EXPRESSION
    return reads or changed or _typed(old) != _typed(new)


def _make_anew(table: Table, old: Column, new: Column, context: Context) -> Iterator[Alteration]:
    yield replace(
        _drop(table, old, context),
        why=f"{_what(new)} {new.name} can't be altered",
        part=Part.BEFORE,
        remakes=frozenset({("column", bare(new.name))}),
    )
    for alteration in _add(table, new, context):
        yield replace(alteration, why=f"{_what(new)} {new.name} can't be altered")


def _what(column: Column) -> str:
    return "generated column" if column.generated else "column"


# Converted


def _convert(table: Table, pairs: list[tuple[Column, Column]], context: Context) -> Iterator[Alteration]:
    """Yield one ALTER TABLE for all columns of another type, so that the table is written once.

    Within it PostgreSQL drops defaults first and sets them last, so that none has to be converted.
    """
    for old, new in pairs:
        changed = (old.type, old.collation) != (new.type, new.collation)
        if ("column", bare(new.name)) in context.rebuilt:
            yield from _by_text(table, old, new)
        elif ("type", bare(new.name)) in context.rebuilt:
            yield _to_namesake(table, old, new)
        elif changed:
            yield _converted(table, old, new, context)


def _converted(table: Table, old: Column, new: Column, context: Context) -> Alteration:
    source = find_domain(old.type, context.old)
    target = find_domain(new.type, context.new)
    conversion = convert(
        source.type if source else old.type,
        target.type if target else new.type,
        is_enum=lambda name: is_enum(name, context.new),
    )
    checked = target is not None and bool(target.checks or target.not_null)
    using = {
        Cast.ASSIGNMENT: "",
        Cast.EXPLICIT: f" USING {new.name}::{new.type}",
        Cast.NONE: f" USING {new.name}::text::{new.type}",
    }[conversion.cast]
    risk = Risk.REWRITES_TABLE if conversion.rewrites or checked else Risk.BLOCKS_WRITES
    by_hand = f"say how {old.type} becomes {new.type} in column {new.name}: no cast does it"
    return Alteration(
        (f"{prefix(table)} {_change_type(old, new, using)}",),
        f"type of column {new.name} changes from {_typed(old)} to {_typed(new)}",
        risk=Risk.LOSES_DATA if conversion.loses else risk,
        lock=Lock.ACCESS_EXCLUSIVE,
        by_hand=by_hand if conversion.cast is Cast.NONE else None,
        touches=frozenset({bare(new.name)}),
    )


def _typed(column: Column) -> str:
    return f"{column.type} COLLATE {column.collation}" if column.collation else column.type


def _change_type(old: Column, new: Column, using: str) -> str:
    parts = [f"ALTER COLUMN {new.name} TYPE {_typed(new)}{using}"]
    if old.default and not old.generated:
        parts.insert(0, f"ALTER COLUMN {new.name} DROP DEFAULT")
    if new.default and not new.generated:
        parts.append(f"ALTER COLUMN {new.name} SET DEFAULT {new.default}")
    return ", ".join(parts)


def _by_text(table: Table, old: Column, new: Column) -> Iterator[Alteration]:
    """Yield the way over text, which every type can be read from, for a type that is dropped in between."""
    why = f"type of column {new.name} is made anew"
    text = replace(new, type="text", collation="", default="")
    for part, sql in (
        (Part.BEFORE, _change_type(old, text, f" USING {new.name}::text")),
        (Part.MAIN, _change_type(text, new, f" USING {new.name}::{new.type}")),
    ):
        yield Alteration(
            (f"{prefix(table)} {sql}",),
            why,
            part,
            risk=Risk.REWRITES_TABLE,
            lock=Lock.ACCESS_EXCLUSIVE,
            touches=frozenset({bare(new.name)}),
        )


def _to_namesake(table: Table, old: Column, new: Column) -> Alteration:
    return Alteration(
        (f"{prefix(table)} {_change_type(old, new, f' USING {new.name}::text::{new.type}')}",),
        f"type of column {new.name} is made anew",
        risk=Risk.REWRITES_TABLE,
        lock=Lock.ACCESS_EXCLUSIVE,
        touches=frozenset({bare(new.name)}),
    )


# Set


def _alter(table: Table, old: Column, new: Column, context: Context) -> Iterator[Alteration]:
    """Yield what is left when the type of a column is right."""
    if (old.type, old.collation) == (new.type, new.collation):
        yield from _alter_default(table, old, new, context)
    elif new.storage:
        old = replace(old, storage="")  # a new type brings its own
    yield from _set(table, old, new, context)
    yield from alter_not_null(table, new.name, old.not_null, new.not_null, context)


def _alter_default(table: Table, old: Column, new: Column, context: Context) -> Iterator[Alteration]:
    if new.generated:
        if old.default != new.default:
            sql, why = f"SET EXPRESSION AS ({new.default})", f"column {new.name} is generated otherwise"
            risk = Risk.REWRITES_TABLE if new.generated == "stored" else Risk.SAFE
            yield replace(_plain(table, new, sql, why, only=False), risk=risk)
        return
    rebuilt = ("default", bare(new.name)) in context.rebuilt
    why = f"default of column {new.name} is made anew" if rebuilt else f"default of column {new.name} changes"
    if old.default and (rebuilt or not new.default):
        yield _plain(table, new, "DROP DEFAULT", why, part=Part.BEFORE if rebuilt else Part.MAIN)
    if new.default and (rebuilt or old.default != new.default):
        yield _plain(table, new, f"SET DEFAULT {new.default}", why)


def _set(table: Table, old: Column, new: Column, context: Context) -> Iterator[Alteration]:
    """Yield what sets the storage, compression, statistics and options of a column."""
    if new.storage != old.storage:
        sql = f"SET STORAGE {new.storage or _default_storage(new, context)}"
        yield _plain(table, new, sql, f"storage of column {new.name} changes")
    if new.compression != old.compression:
        sql = f"SET COMPRESSION {new.compression or 'default'}"
        yield _plain(table, new, sql, f"compression of column {new.name} changes")
    weak = Lock.SHARE_UPDATE_EXCLUSIVE
    if new.statistics != old.statistics:
        sql = f"SET STATISTICS {new.statistics or -1}"
        yield replace(_plain(table, new, sql, f"statistics of column {new.name} change"), lock=weak)
    for clause in plain_options(old.options, new.options):
        yield replace(_plain(table, new, clause, f"options of column {new.name} change"), lock=weak)
    if new.foreign_options != old.foreign_options:
        clause = f"OPTIONS {foreign_options(old.foreign_options, new.foreign_options)}"
        yield _plain(table, new, clause, f"options of column {new.name} change")


def _plain(
    table: Table, column: Column, clause: str, why: str, *, part: Part = Part.MAIN, only: bool = True
) -> Alteration:
    sql = f"{prefix(table, only=only)} ALTER COLUMN {column.name} {clause}"
    return Alteration((sql,), why, part, lock=Lock.ACCESS_EXCLUSIVE)


def _default_storage(column: Column, context: Context) -> str:
    """Return how a type that can be stored in several ways is stored by default."""
    if context.postgresql >= _HAS_STORAGE_DEFAULT:
        return "DEFAULT"
    domain = find_domain(column.type, context.new)
    base = (domain.type if domain else column.type).partition("(")[0]
    return "MAIN" if base in _MAIN_STORAGE else "EXTENDED"
