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
from toolkit.plan.conversions import Cast, Conversion, convert
from toolkit.plan.inheritance import added_before
from toolkit.plan.lookup import (
    changed_rows,
    find_domain,
    find_identity,
    guarded,
    has_children,
    inherited_columns,
    is_enum,
    is_volatile,
    key_of,
    lost_labels,
    mentions,
    once,
    owned_sequences,
    prefix,
)
from toolkit.plan.not_null import alter_not_null
from toolkit.plan.options import ALREADY_OPTIONS, foreign_options, plain_options
from toolkit.source.canonical import Column, Table
from toolkit.source.cursor import bare, statements, unqualified

_HAS_SET_EXPRESSION: Final = 17  # the first major that does
_HAS_STORAGE_DEFAULT: Final = 16
_MAIN_STORAGE: Final = ("numeric", "inet", "cidr")


def alter_columns(old: Table, new: Table, context: Context) -> Iterator[Alteration]:
    """Yield what makes the columns of the new table of those of the old one."""
    both = [(old.columns[name], column) for name, column in new.columns.items() if name in old.columns]
    retyped = {after.name for before, after in both if _typed(before) != _typed(after)}
    anew = {after.name for before, after in both if _is_made_anew(before, after, retyped, context)}
    altered = []
    for before, after in both:
        if after.name in anew:
            yield _make_way(new, before, after, context)
        elif before.generated and not after.generated:
            why = f"column {after.name} is not generated any more"
            yield _plain(new, after, f"DROP EXPRESSION{once(context, ' IF EXISTS')}", why, only=False)
            altered.append((replace(before, generated="", default=""), after))
        else:
            altered.append((before, after))
    for before, after in altered:
        yield from _make_ready(new, before, after, context)
    yield from _convert(new, altered, context)
    for name, column in new.columns.items():
        if name in anew or name not in old.columns:
            why = f"column {name} can't be altered" if name in anew else f"column {name} is new"
            for heir, own in added_before(new, name, context):
                yield from _add(heir, own, f"column {name} is new in {heir.name}", context)
            yield from _add(new, column, why, context)
    for before, after in altered:
        yield from _alter(new, before, after, context)
    yield from _drop_unwanted(old, new, context)
    for before, after in altered:  # NULL comes when a key that goes with another column is gone
        yield from alter_not_null(new, after.name, before.not_null, after.not_null, context)


def _make_ready(table: Table, before: Column, column: Column, context: Context) -> Iterator[Alteration]:
    """Yield what takes away a default that makes way, and an identity that a new type may not have."""
    if _has_default(before) and ("default", bare(column.name)) in context.rebuilt:
        why = f"default of column {column.name} is made anew"
        yield _plain(table, column, "DROP DEFAULT", why, part=Part.BEFORE)
    if _typed(before) == _typed(column):
        return
    old, new = (find_identity(table.name, column.name, side) for side in (context.old, context.new))
    if old is not None and (new is None or new.key != old.key):
        why = f"column {column.name} is no identity column any more"
        step = _plain(table, column, f"DROP IDENTITY{once(context, ' IF EXISTS')}", why, only=False)
        yield replace(step, takes=frozenset({old.key}))


def _drop_unwanted(old: Table, new: Table, context: Context) -> Iterator[Alteration]:
    inherited = inherited_columns(new, context.new)
    for name, column in old.columns.items():
        if name not in new.columns and name not in inherited:
            yield _drop(new, column, context)


# Added and dropped


def _add(table: Table, column: Column, why: str, context: Context) -> Iterator[Alteration]:
    """Yield ADD COLUMN, and what is needed where nothing fills a column that has to be NOT NULL."""
    identity = None if table.foreign else find_identity(table.name, column.name, context.new)
    filled = column.default or identity or _domain_default(column.type, context)
    definition = column if filled or table.foreign else replace(column, not_null=None)
    sql, *others = statements(identity.definition) if identity else [""]
    clause = _definition(definition, sql.partition(" ADD ")[2])
    yield Alteration(
        (f"{prefix(table)} ADD COLUMN {once(context, 'IF NOT EXISTS ')}{clause}", *others),
        why,
        risk=_risk_of_adding(column, context, identity=identity is not None),
        lock=Lock.ACCESS_EXCLUSIVE,
        makes=frozenset({identity.key} if identity else ()),
    )
    yield from _set(table, Column("", foreign_options=column.foreign_options), column, context)
    if column.not_null is not None and definition.not_null is None:
        yield Alteration(
            (),
            f"column {column.name} must not be NULL",
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
        remakes=frozenset({("column", bare(column.name))}),
        takes=_attached(table, column, context),
    )


def _attached(table: Table, column: Column, context: Context) -> frozenset[ObjectKey]:
    """Return what the old catalog has for a column: default, comment, rights, identity."""
    schema = key_of("", table.name).schema
    name = f"COLUMN {unqualified(table.name)}.{column.name}"
    keys = {key_of("DEFAULT", table.name, column.name)}
    keys |= {ObjectKey(kind, schema, name) for kind in ("COMMENT", "ACL", "SECURITY LABEL")}
    identity = find_identity(table.name, column.name, context.old)
    sequences = [identity.key] if identity else []
    owned = owned_sequences(table.name, column.name, context.old)
    sequences += [entry.key._replace(kind="SEQUENCE") for entry in owned]
    for sequence in sequences:
        if sequence not in context.new:  # one that stays is taken from the column before
            keys |= {sequence, sequence._replace(kind="SEQUENCE OWNED BY")}
    return frozenset(key for key in keys if key in context.old)


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


def _make_way(table: Table, old: Column, new: Column, context: Context) -> Alteration:
    why = f"column {new.name} can't be altered"
    return replace(_drop(table, old, context), why=why, part=Part.BEFORE)


# Converted

_Change = tuple[Column, Column, str]  # from one column to another; how USING says it


def _convert(table: Table, pairs: list[tuple[Column, Column]], context: Context) -> Iterator[Alteration]:
    """Yield what changes types, of all columns at once, so that the table is written once.

    A column whose type is made anew goes by way of text, which every type can be read from: in one go where
    the old type stands aside, else it is text while there is no type.
    """
    before: list[_Change] = []
    main: list[_Change] = []
    anew, whys, risk, by_hand, lost = [], [], Risk.SAFE, [], []
    for pair in pairs:
        old, new = _without_default(*pair, context)
        if {("column", bare(new.name)), ("type", bare(new.name))} & context.rebuilt:
            by_hand += [
                f"say how {new.name} gets rows of the new {type_}: its attributes are others"
                for type_ in changed_rows(new.type, context)
            ]
            lost += [f"{new.name} can't be {label} any more" for label in lost_labels(new.type, context)]
        if ("column", bare(new.name)) in context.rebuilt:
            text = replace(new, type="text", collation="", default="")
            before.append((old, text, f" USING {new.name}::text"))
            main.append((text, new, f" USING {new.name}::{new.type}"))
            anew.append(new.name)
        elif ("type", bare(new.name)) in context.rebuilt:
            main.append((old, new, f" USING {new.name}::text::{new.type}"))
            anew.append(new.name)
        elif _typed(old) != _typed(new):
            conversion = _conversion(old, new, context)
            main.append((old, new, _USING[conversion.cast].format(name=new.name, type=new.type)))
            whys.append(f"type of column {new.name} changes from {_typed(old)} to {_typed(new)}")
            risk = max(risk, conversion.risk, _risk_of_checks(table, old, new))
            if conversion.cast is Cast.NONE:
                by_hand.append(f"say how {old.type} becomes {new.type} in column {new.name}: no cast does it")
    if anew:
        risk = max(risk, Risk.LOSES_DATA if lost else Risk.REWRITES_TABLE)
        whys += [f"type of column {', '.join(anew)} is made anew", *lost]
    risk = Risk.SAFE if table.foreign else risk
    step = Alteration((), "; ".join(whys), lock=Lock.ACCESS_EXCLUSIVE, risk=risk)
    if before:
        sql = _change_types(table, before, context)
        why = f"type of column {', '.join(new.name for _, new, _ in before)} is made anew"
        names = frozenset(bare(new.name) for _, new, _ in before)
        yield replace(step, sql=sql, why=why, part=Part.BEFORE, risk=Risk.REWRITES_TABLE, touches=names)
    if main:
        names = frozenset(bare(new.name) for _, new, _ in main)
        sql = _change_types(table, main, context)
        yield replace(step, sql=sql, by_hand="; ".join(by_hand) or None, touches=names)


def _without_default(old: Column, new: Column, context: Context) -> tuple[Column, Column]:
    """Return a column from which the default has been taken before, where that has to make way."""
    if ("default", bare(new.name)) in context.rebuilt:
        return replace(old, default=""), new
    return old, new


def _risk_of_checks(table: Table, old: Column, new: Column) -> Risk:
    """Return the risk of what PostgreSQL does besides: check rows, build indexes in another order."""
    checked = any(mentions(text, new.name) for text in table.checks.values())
    return Risk.BLOCKS_WRITES if checked or old.collation != new.collation else Risk.SAFE


_USING: Final = {
    Cast.ASSIGNMENT: "",
    Cast.EXPLICIT: " USING {name}::{type}",
    Cast.NONE: " USING {name}::text::{type}",
}


def _conversion(old: Column, new: Column, context: Context) -> Conversion:
    source, target = find_domain(old.type, context.old), find_domain(new.type, context.new)
    conversion = convert(
        source.type if source else old.type,
        target.type if target else new.type,
        is_enum=lambda name: is_enum(name, context.new),
    )
    checked = target is not None and bool(target.checks or target.not_null)
    return conversion._replace(rewrites=conversion.rewrites or checked)


def _typed(column: Column) -> str:
    return f"{column.type} COLLATE {column.collation}" if column.collation else column.type


def _change_types(table: Table, changes: list[_Change], context: Context) -> tuple[str, ...]:
    """Return what changes types; defaults are dropped first and set last, so that none has to be converted.

    Those of a parent alone are, not those of its children. Without children PostgreSQL keeps to this order
    within one ALTER TABLE.
    """
    drops = [f"ALTER COLUMN {old.name} DROP DEFAULT" for old, _, _ in changes if _has_default(old)]
    types = [f"ALTER COLUMN {new.name} TYPE {_typed(new)}{using}" for _, new, using in changes]
    sets = [
        f"ALTER COLUMN {new.name} SET DEFAULT {new.default}" for _, new, _ in changes if _has_default(new)
    ]
    if has_children(table, context.old):
        groups = ((drops, True), (types, False), (sets, True))
        return tuple(f"{prefix(table, only=only)} {', '.join(parts)}" for parts, only in groups if parts)
    return (f"{prefix(table)} {', '.join((*drops, *types, *sets))}",)


def _has_default(column: Column) -> bool:
    return bool(column.default) and not column.generated


# Set


def _alter(table: Table, old: Column, new: Column, context: Context) -> Iterator[Alteration]:
    """Yield what is left when the type of a column is right."""
    made_anew = {("column", bare(new.name)), ("type", bare(new.name))} & context.rebuilt
    yield from _alter_default(
        table, old, new, context, converted=bool(made_anew) or _typed(old) != _typed(new)
    )
    if new.storage and (made_anew or _typed(old) != _typed(new)):
        old = replace(old, storage="")  # a new type brings its own
    yield from _set(table, old, new, context)


def _alter_default(
    table: Table, old: Column, new: Column, context: Context, *, converted: bool
) -> Iterator[Alteration]:
    """Yield what changes a default; converted: with the type it is set as well."""
    if new.generated:
        if old.default != new.default:
            sql, why = f"SET EXPRESSION AS ({new.default})", f"column {new.name} is generated otherwise"
            risk = Risk.REWRITES_TABLE if new.generated == "stored" else Risk.SAFE
            yield replace(_plain(table, new, sql, why, only=False), risk=risk)
        return
    rebuilt = ("default", bare(new.name)) in context.rebuilt
    why = f"default of column {new.name} is made anew" if rebuilt else f"default of column {new.name} changes"
    if old.default and not (new.default or converted or rebuilt):
        yield _plain(table, new, "DROP DEFAULT", why)
    if new.default and not converted and (rebuilt or old.default != new.default):
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
        clause = foreign_options(old.foreign_options, new.foreign_options)
        step = _plain(table, new, clause, f"options of column {new.name} change")
        yield replace(step, sql=tuple(guarded(context, sql, *ALREADY_OPTIONS) for sql in step.sql))


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
