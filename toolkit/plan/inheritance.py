"""What the alterations of a parent do to its partitions and children, which is not to be done again.

ALTER TABLE goes down from a parent to its partitions and to the tables that inherit it, unless it says ONLY.
`toolkit.plan.columns` says ONLY for defaults, storage, statistics and options.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from toolkit.catalog.catalog import Entries
from toolkit.core.changes import Lock
from toolkit.errors import PlanImpossible
from toolkit.plan.alteration import Alteration, Context, Part
from toolkit.plan.lookup import attached_to, children, find_table, inherited_columns, prefix
from toolkit.source.canonical import Column, Table
from toolkit.source.cursor import bare


def without_parents(old: Table, new: Table, context: Context) -> Table:
    """Return the old table as it is when it has left the parents that the new one does not inherit."""
    columns, checks = dict(old.columns), dict(old.checks)
    for name in old.parents:
        parent = find_table(name, context.old) if name not in new.parents else None
        if parent is not None:
            columns = {**inherited_columns(parent, context.old), **parent.columns, **columns}
            checks = {**parent.checks, **checks}
    return replace(old, columns=columns, checks=checks)


def refuse_moves(old: Table, new: Table, context: Context) -> None:
    """Raise PlanImpossible where a column or constraint of the table itself is to be a parent's alone.

    Or where an inherited column is to be the table's own too. PostgreSQL merges what a parent gets with what
    its children have, and from then on it is both; only where one of the two goes this changes.
    """
    kept = replace(old, parents=tuple(name for name in old.parents if name in new.parents))
    had, given = inherited_columns(kept, context.old), inherited_columns(new, context.new)
    for name in old.columns:
        if name in given and name not in new.columns:
            raise PlanImpossible(
                f"Column {name} of {new.name} is its own; no ALTER TABLE makes it only inherited.",
                remedy=f"Write it in the CREATE TABLE of {new.name} too: PostgreSQL merges the two.",
            )
    for name in new.columns:
        if name in had and name not in old.columns:
            raise PlanImpossible(
                f"Column {name} of {new.name} is inherited; no ALTER TABLE makes it its own.",
                remedy=f"Leave it out of the CREATE TABLE of {new.name}, and to its parent.",
            )
    merged = _inherited_checks(kept, context.old)
    for name in old.checks.keys() - new.checks.keys():
        if name in merged and name in _inherited_checks(new, context.new):
            raise PlanImpossible(
                f"Constraint {name} of {new.name} is its own; no ALTER TABLE makes it only inherited.",
                remedy=f"Write it in the CREATE TABLE of {new.name} too: PostgreSQL merges the two.",
            )


def _inherited_checks(table: Table, entries: Entries) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in table.parents:
        parent = find_table(name, entries)
        if parent is not None:
            found |= {**_inherited_checks(parent, entries), **parent.checks}
    return found


def is_inherited(table: Table, check: str, context: Context) -> bool:
    """Return whether a table will inherit a constraint of this name."""
    return check in _inherited_checks(table, context.new)


def merged_into(table: Table, check: str, context: Context) -> Iterator[Table]:
    """Yield the heirs that have a constraint of a table as their own too, and keep it when that drops it."""
    for child in children(table.name, context.old):
        if find_table(child.name, context.new) is not None:
            if check in child.checks:
                yield child
            yield from merged_into(child, check, context)


def added_before(table: Table, column: str, context: Context) -> Iterator[tuple[Table, Column]]:
    """Yield the heirs of a table that get a new column of it on their own too: they have to get it first."""
    for child in children(table.name, context.new):
        before = find_table(child.name, context.old)
        if before is not None and table.name in before.parents:
            yield from added_before(child, column, context)
            if column in child.columns and column not in before.columns:
                yield child, child.columns[column]


@dataclass(frozen=True, slots=True)
class Inherited:
    """What the parents of a table leave to do.

    table: the old table as they leave it. context: without the pieces that they rebuild. alterations: what
    has to come before theirs.
    """

    table: Table
    context: Context
    alterations: tuple[Alteration, ...]


def after_parents(old: Table, new: Table, context: Context) -> Inherited:
    """Return what is left to do.

    Parents are those of both catalogs: one of a single catalog is left before, or joined after.
    """
    alterations: list[Alteration] = []
    old = _after_ancestors(old, new, context)
    for before, after, partition in _parents(old, new, context):
        alterations += _without_defaults(old, before, after)
        old = _after_parent(old, before, after, partition=partition)
        kept = {piece for piece in context.rebuilt if not _is_parents(*piece, after)}
        context = replace(context, rebuilt=frozenset(kept))
    return Inherited(old, context, tuple(alterations))


def _after_ancestors(old: Table, new: Table, context: Context) -> Table:
    """Return the old table with what added_before gives it, and without what merged_into takes from it."""
    both = tuple(name for name in old.parents if name in new.parents)
    before, after = replace(old, parents=both), replace(new, parents=both)
    had, given = inherited_columns(before, context.old), inherited_columns(after, context.new)
    merged = {name: own for name, own in new.columns.items() if name in given and name not in had}
    checked = _inherited_checks(after, context.new)
    changed = {
        name
        for name, text in _inherited_checks(before, context.old).items()
        if checked.get(name, text) != text
        or (name in checked and ("constraint", bare(name)) in context.rebuilt)
    }
    checks = {name: text for name, text in old.checks.items() if name not in changed}
    return replace(old, columns={**merged, **old.columns}, checks=checks)


def when_joined(parent: str, context: Context) -> Part:
    """Return when a table can join a parent: when that has lost the columns that are gone."""
    old, new = find_table(parent, context.old), find_table(parent, context.new)
    loses = old is not None and new is not None and bool(old.columns.keys() - new.columns.keys())
    return Part.AFTER if loses else Part.MAIN


def with_type(table: Table, other: Table) -> Table:
    """Return a table of a type, or one that becomes or was one, with all columns of both, and none's type."""
    if not table.of_type and not other.of_type:
        return table
    names = {**table.columns, **other.columns}
    columns = {name: replace(table.columns.get(name, Column(name)), type="", collation="") for name in names}
    return replace(table, columns=columns)


def _without_defaults(child: Table, old: Table, new: Table) -> Iterator[Alteration]:
    """Yield what drops the child's own defaults of columns that the parent converts; they are set again."""
    for name, column in new.columns.items():
        mine = child.columns.get(name)
        if mine is not None and mine.default and name in old.columns and _converts(old.columns[name], column):
            sql = f"{prefix(child, only=True)} ALTER COLUMN {name} DROP DEFAULT"
            why = f"type of column {name} changes in {new.name}"
            yield Alteration((sql,), why, Part.BEFORE, lock=Lock.ACCESS_EXCLUSIVE)


def _converts(old: Column, new: Column) -> bool:
    return (old.type, old.collation) != (new.type, new.collation) and not new.generated


def _parents(old: Table, new: Table, context: Context) -> Iterator[tuple[Table, Table, bool]]:
    partitioned = attached_to(new.name, context)
    names = [(name, False) for name in old.parents if name in new.parents]
    for name, partition in [*names, *([(partitioned, True)] if partitioned else [])]:
        before, after = find_table(name, context.old), find_table(name, context.new)
        if before is not None and after is not None:
            yield before, after, partition


def _is_parents(kind: str, name: str, parent: Table) -> bool:
    """Return whether a piece is rebuilt with that of the parent."""
    if kind == "constraint":
        return name in map(bare, parent.checks)
    column = next((column for column in parent.columns.values() if bare(column.name) == name), None)
    return column is not None and (kind != "default" or bool(column.generated))


def _after_parent(child: Table, old: Table, new: Table, *, partition: bool) -> Table:
    columns, checks = dict(child.columns), dict(child.checks)
    for name, column in new.columns.items():
        if name in columns and name in old.columns:
            columns[name] = _column_after(columns[name], old.columns[name], column)
        elif name not in columns and partition:
            columns[name] = replace(column, statistics="", storage="", compression="", options={})
    for name in old.columns:
        if name not in new.columns and partition:
            columns.pop(name, None)
    for name, text in old.checks.items():
        if new.checks.get(name) != text and partition:
            checks.pop(name, None)
    if partition:
        checks |= {name: text for name, text in new.checks.items() if old.checks.get(name) != text}
    return replace(child, columns=columns, checks=checks)


def _column_after(column: Column, old: Column, new: Column) -> Column:
    if (old.type, old.collation) != (new.type, new.collation):
        default = "" if _converts(old, new) else column.default
        column = replace(column, type=new.type, collation=new.collation, storage="", default=default)
    if (old.generated, old.default) != (new.generated, new.default) and (old.generated or new.generated):
        column = replace(column, generated=new.generated, default=new.default)
    if old.not_null != new.not_null:
        column = replace(column, not_null=new.not_null)
    return column
