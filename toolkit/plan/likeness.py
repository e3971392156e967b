"""What is dropped and what is made in its place and looks alike: renames to ask about, never to take."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from toolkit.catalog.catalog import Catalog, Entry
from toolkit.catalog.comparison import canonical_text
from toolkit.core.changes import ObjectKey
from toolkit.plan.statements import quote
from toolkit.source.canonical import Column, Table, read_table
from toolkit.source.cursor import bare

_NAMED: Final = frozenset({
    "DOMAIN", "FOREIGN TABLE", "FUNCTION", "INDEX", "MATERIALIZED VIEW", "PROCEDURE", "SEQUENCE", "TABLE",
    "TYPE", "VIEW",
})  # fmt: skip
_ENOUGH: Final = 0.6  # the share of columns that two tables have in common
_MOST: Final = 100  # tables on one side; to compare each with each takes too long beyond


def find_likely_renames(
    old: Catalog, new: Catalog, vanished: Iterable[ObjectKey], created: Iterable[ObjectKey]
) -> tuple[tuple[ObjectKey, ObjectKey], ...]:
    """Return (old, new) pairs: objects that differ by their names only, tables that share most columns.

    Columns too, with the kind COLUMN and the name table.column: one gone and one new of the same definition.
    """
    gone = [old.by_key[key] for key in sorted(vanished) if key.kind in _NAMED]
    made = [new.by_key[key] for key in sorted(created) if key.kind in _NAMED]
    pairs = dict(_same_but_for_names(gone, made))
    left = [entry for entry in gone if entry.kind == "TABLE" and entry.key not in pairs]
    free = [entry for entry in made if entry.kind == "TABLE" and entry.key not in pairs.values()]
    if len(left) <= _MOST and len(free) <= _MOST:
        pairs |= dict(_of_like_columns(left, free))
    return (*sorted(pairs.items()), *_columns(old, new))


def _same_but_for_names(gone: list[Entry], made: list[Entry]) -> Iterator[tuple[ObjectKey, ObjectKey]]:
    by_text: dict[tuple[str, str, str], list[ObjectKey]] = defaultdict(list)
    for entry in made:
        by_text[entry.kind, entry.schema, _nameless(entry)].append(entry.key)
    for entry in gone:
        found = by_text.get((entry.kind, entry.schema, _nameless(entry)), [])
        if len(found) == 1:
            yield entry.key, found.pop()


def _nameless(entry: Entry) -> str:
    """Return the definition without the object's own name."""
    return canonical_text(entry).replace(quote(entry.name.partition("(")[0]), "", 1)


def _of_like_columns(gone: list[Entry], made: list[Entry]) -> Iterator[tuple[ObjectKey, ObjectKey]]:
    columns = {entry.key: _typed(read_table(entry.definition)) for entry in (*gone, *made)}
    for entry in gone:
        mine = columns[entry.key]
        alike = [
            (len(mine & columns[other.key]) / len(mine | columns[other.key]), other.key)
            for other in made
            if other.schema == entry.schema and columns[other.key]
        ]
        share, key = max(alike, default=(0.0, entry.key))
        if share >= _ENOUGH:
            yield entry.key, key


def _typed(table: Table) -> set[tuple[str, str]]:
    return {(column.name, column.type) for column in table.columns.values()}


def _columns(old: Catalog, new: Catalog) -> Iterator[tuple[ObjectKey, ObjectKey]]:
    for key, after in new.by_key.items():
        before = old.by_key.get(key)
        if key.kind == "TABLE" and before is not None and before.definition != after.definition:
            first, second = read_table(before.definition), read_table(after.definition)
            gone = [column for name, column in first.columns.items() if name not in second.columns]
            made = [column for name, column in second.columns.items() if name not in first.columns]
            for column in gone:
                like = [other for other in made if _facts(other) == _facts(column)]
                if len(like) == 1 and sum(_facts(other) == _facts(column) for other in gone) == 1:
                    yield _column(key, column.name), _column(key, like[0].name)


def _facts(column: Column) -> tuple[object, ...]:
    return column.type, column.collation, column.default, column.generated, column.not_null is not None


def _column(table: ObjectKey, name: str) -> ObjectKey:
    return ObjectKey("COLUMN", table.schema, f"{table.name}.{bare(name)}")
