"""Indexes of a table or materialised view in use.

CREATE INDEX holds writers up while it reads the table; CONCURRENTLY it takes SHARE UPDATE EXCLUSIVE, and runs
outside of transactions. On a partitioned table it can't, but ONLY makes an index there without partitions,
to which those of the partitions are attached (documentation of CREATE INDEX and DROP INDEX).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from toolkit.catalog.catalog import Entry
from toolkit.core.changes import Action, Lock, ObjectKey, Risk
from toolkit.plan.alteration import DIFFERS, NEW, VANISHED, Alteration, Answer, Context, Mode
from toolkit.plan.lookup import find_table, guarded, made_name
from toolkit.plan.options import plain_options
from toolkit.plan.statements import quote
from toolkit.source.canonical_parts import Index, read_constraint, read_index
from toolkit.source.cursor import bare, built_concurrently, statements

_WEAK: Final = Lock.SHARE_UPDATE_EXCLUSIVE
_MARKED: Final = ("CONSTRAINT", "INDEX")


def concurrently(name: str, *, unique: bool) -> str:
    """Return how a statement begins that builds an index beside writers and may run again."""
    return f"CREATE {'UNIQUE ' if unique else ''}INDEX CONCURRENTLY IF NOT EXISTS {name}"


def alter_index(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how an index is built, exchanged or dropped beside writers; None for the plain way."""
    entry = new or old
    if entry is None or context.fresh or is_attached(entry, context):
        return None
    index = read_index(entry.definition)
    if index.only:
        return None if old or new is None else (_on_parent(new, context),)
    if old is not None and new is not None:
        return _alter(old, new, context)
    if new is None:
        return None if context.mode is Mode.TRANSACTION else (_drop(entry, index),)
    return (_build(new, index, index.name, context), *mark_index((), index.others, index.table, context))


def _alter(old: Entry, new: Entry, context: Context) -> Answer:
    before, after = read_index(old.definition), read_index(new.definition)
    if (before.unique, before.body, before.only) == (after.unique, after.body, after.only):
        marks = mark_index(before.others, after.others, after.table, context)
        return (*_set(before, after, new.schema), *marks)
    return None if context.mode is Mode.TRANSACTION else tuple(_exchange(new, after, context))


def is_attached(entry: Entry, context: Context) -> bool:
    """Return whether an index, or that of a constraint, is a part of a partitioned one."""
    name = entry.name if entry.kind == "INDEX" else bare(read_constraint(entry.definition).name)
    return ObjectKey("INDEX ATTACH", entry.schema, name) in context.old


def _on_parent(entry: Entry, context: Context) -> Alteration:
    first, *others = statements(entry.definition)
    sql = (guarded(context, first, "duplicate_table"), *others)
    return Alteration(sql, NEW, action=Action.CREATE, lock=Lock.SHARE)


def _build(entry: Entry, index: Index, name: str, context: Context) -> Alteration:
    """Return what builds an index, in the words of the artifact where they have this name."""
    step = Alteration((), NEW, action=Action.CREATE, lock=_WEAK, transactional=False)
    text = context.text if name == index.name else None
    if context.mode is Mode.TRANSACTION:
        sql = text or statements(entry.definition)[0]
        return replace(step, sql=(sql,), risk=Risk.BLOCKS_WRITES, lock=Lock.SHARE, transactional=True)
    head, tail = index.body
    options = f" WITH ({', '.join(f'{key}={value}' for key, value in index.options.items())})"
    place = f" TABLESPACE {quote(entry.tablespace)}" if entry.tablespace else ""
    sql = f"{concurrently(name, unique=index.unique)} ON {index.table} {head}"
    sql += (options if index.options else "") + place + (f" {tail}" if tail else "")
    return replace(step, sql=((text and built_concurrently(text)) or sql,))


def _drop(entry: Entry, index: Index) -> Alteration:
    sql = f"DROP INDEX CONCURRENTLY IF EXISTS {quote(entry.schema)}.{index.name}"
    return Alteration((sql,), VANISHED, action=Action.DROP, lock=_WEAK, transactional=False)


def _exchange(entry: Entry, index: Index, context: Context) -> Iterator[Alteration]:
    """Yield what builds the new index under another name, so that there is always one, and then renames it.

    What makes it the replica identity or the order of the table is said before the old one goes. All of it
    may run again: a name that is not there any more is passed over.
    """
    name = made_name(index.name, "new")
    why, schema = DIFFERS, quote(entry.schema)
    comment = ObjectKey("COMMENT", entry.schema, f"INDEX {index.name}")
    yield replace(_build(entry, index, name, context), why=why, action=Action.ALTER)
    for mark in index.others:
        if mark.endswith(f" {index.name}"):
            sql = mark.removesuffix(index.name) + name
            yield Alteration((sql,), why, lock=_lock_of(mark), transactional=False)
    yield replace(
        _drop(entry, index),
        why=why,
        action=Action.ALTER,
        replaces=True,
        takes=frozenset({comment} & context.old.keys()),
    )
    rename = f"ALTER INDEX IF EXISTS {schema}.{name} RENAME TO {index.name}"
    others = tuple(mark for mark in index.others if not mark.endswith(f" {index.name}"))
    yield Alteration((rename, *others), why, transactional=False)


def _set(old: Index, new: Index, schema: str) -> Iterator[Alteration]:
    for clause in plain_options(old.options, new.options):
        yield Alteration((f"ALTER INDEX {quote(schema)}.{new.name} {clause}",), "its options change")


def mark_index(old: Sequence[str], new: Sequence[str], table: str, context: Context) -> Iterator[Alteration]:
    """Yield what leads from the statements behind one definition of an index to those behind another.

    They make it the order (CLUSTER) or the replica identity of its table, or set statistics.
    """
    for mark in old:
        undone = None if mark in new else _unmark(mark, table, new, context)
        if undone:
            yield Alteration((undone,), _why(mark), lock=_lock_of(mark))
    for mark in new:
        if mark not in old:
            yield Alteration((mark,), _why(mark), lock=_lock_of(mark))


def _unmark(mark: str, table: str, new: Sequence[str], context: Context) -> str | None:
    """Return what takes a mark away, None where another one replaces it."""
    for words, undone in (
        (" CLUSTER ON ", f"ALTER TABLE {table} SET WITHOUT CLUSTER"),
        (" REPLICA IDENTITY USING INDEX ", f"ALTER TABLE ONLY {table} REPLICA IDENTITY DEFAULT"),
    ):
        if words in mark:
            start = mark.partition(words)[0] + words
            found = find_table(table, context.new)
            kept = words.startswith(" REPLICA") and found is not None and found.replica_identity
            taken = any(start in entry.definition for entry in context.new.values() if entry.kind in _MARKED)
            return None if kept or taken else undone
    head = mark.rpartition(" ")[0]
    return None if any(other.startswith(f"{head} ") for other in new) else f"{head} -1"


def _why(mark: str) -> str:
    if " CLUSTER ON " in mark:
        return "it is the order of the table, or no more"
    return (
        "it is the replica identity, or no more" if " REPLICA IDENTITY " in mark else "its statistics change"
    )


def _lock_of(mark: str) -> Lock | None:
    if " CLUSTER ON " in mark:
        return _WEAK
    return Lock.ACCESS_EXCLUSIVE if " REPLICA IDENTITY " in mark else None
