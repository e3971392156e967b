"""The tables of a database as they are needed to put rows into them: columns, types, constraints."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.rows import namedtuple_row

from toolkit.catalog.samples import Type
from toolkit.source.limits import Limit, read_limits

_OURS: Final = """
    c.relnamespace <> ALL ('{pg_catalog,information_schema,pg_toast}'::regnamespace[])
    AND n.nspname <> 'toolkit' AND c.relname <> 'alembic_version' AND n.nspname !~ '^pg_temp'
    AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    )
"""
_COLUMNS: Final = f"""
    SELECT c.oid, n.nspname AS schema, c.relname AS name, a.attnum AS number, a.attname AS column,
        a.atttypid AS type, a.atttypmod AS modifier, format_type(a.atttypid, a.atttypmod) AS sql,
        a.attnotnull AS not_null
    FROM pg_class AS c
    INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
    INNER JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attgenerated = '' AND a.attidentity <> 'a' AND {_OURS}
    ORDER BY n.nspname, c.relname, a.attnum
"""
_CHECKS: Final = """
    SELECT conrelid AS oid, contypid AS type, pg_get_expr(conbin, conrelid) AS expression
    FROM pg_constraint WHERE contype = 'c'
    UNION ALL
    SELECT i.inhparent, 0,
        string_agg('(' || coalesce(pg_get_partition_constraintdef(c.oid), 'true') || ')', ' OR ')
    FROM pg_inherits AS i INNER JOIN pg_class AS c ON c.oid = i.inhrelid WHERE c.relispartition
    GROUP BY i.inhparent
"""
_FOREIGN_KEYS: Final = """
    SELECT conrelid AS oid, confrelid AS target, conkey AS columns, t.relname AS name, n.nspname AS schema,
        ARRAY(
            SELECT a.attname::text FROM unnest(confkey) WITH ORDINALITY AS k (number, place)
            INNER JOIN pg_attribute AS a ON a.attrelid = confrelid AND a.attnum = k.number ORDER BY k.place
        ) AS keys
    FROM pg_constraint
    INNER JOIN pg_class AS t ON t.oid = confrelid
    INNER JOIN pg_namespace AS n ON n.oid = t.relnamespace
    WHERE contype = 'f' AND conparentid = 0
    ORDER BY conrelid, cardinality(conkey) DESC, conname
"""
_TYPES: Final = """
    SELECT t.oid, t.typname AS name, t.typtype AS kind, t.typcategory AS category, t.typelem AS element,
        t.typbasetype AS base, t.typtypmod AS modifier, t.typnotnull AS not_null,
        format_type(t.oid, NULL) AS sql,
        coalesce(r.rngsubtype, m.rngsubtype, 0) AS bound,
        ARRAY(
            SELECT enumlabel::text FROM pg_enum AS e WHERE e.enumtypid = t.oid ORDER BY enumsortorder
        ) AS labels,
        ARRAY(
            SELECT ARRAY[a.atttypid::bigint, a.atttypmod] FROM pg_attribute AS a
            WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
        ) AS attributes
    FROM pg_type AS t
    LEFT JOIN pg_range AS r ON r.rngtypid = t.oid
    LEFT JOIN pg_range AS m ON m.rngmultitypid = t.oid
"""
_KINDS: Final = {"e": "enum", "c": "composite", "r": "range", "m": "multirange"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that takes values; limits: what CHECK constraints say about it."""

    name: str
    type: Type
    not_null: bool
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """columns refer to the columns `keys` of the table `schema`.`name`, whose oid is target."""

    columns: tuple[str, ...]
    target: int
    schema: str
    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the columns that an INSERT can name; checks: expressions that must not be false."""

    oid: int
    schema: str
    name: str
    columns: tuple[Column, ...]
    checks: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]


def read_tables(connection: psycopg.Connection) -> list[Table]:
    """Return the tables of a database, partitioned ones without their partitions, referenced ones first."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:

        def ask(query: str) -> list[Any]:
            return cursor.execute(query.encode()).fetchall()

        columns, checks, keys = ask(_COLUMNS), ask(_CHECKS), ask(_FOREIGN_KEYS)
        types = _Types(ask(_TYPES), checks)
    checks_of, keys_of = _by_table(checks), _by_table(keys)
    tables = [
        _table(group, checks_of.get(oid, []), keys_of.get(oid, []), types)
        for oid, group in _by_table(columns).items()
    ]
    return list(_in_order({table.oid: table for table in tables}))


def read_types(connection: psycopg.Connection, names: Sequence[str]) -> list[Type]:
    """Return the types that some names stand for, such as text[]; raises psycopg.Error for another."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        types = _Types(
            cursor.execute(_TYPES.encode()).fetchall(), cursor.execute(_CHECKS.encode()).fetchall()
        )
    oids = connection.execute("SELECT unnest(%s::text[])::regtype::oid", [list(names)]).fetchall()
    return [types.get(oid) for (oid,) in oids]


def _by_table(rows: list[Any]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.oid].append(row)
    return groups


def _table(columns: list[Any], checks: list[Any], keys: list[Any], types: "_Types") -> Table:
    first = columns[0]
    names = {column.number: column.column for column in columns}
    expressions = [check.expression for check in checks]
    limits: dict[str, list[Limit]] = defaultdict(list)
    for expression in expressions:
        for limit in read_limits(expression):
            limits[limit.column].append(limit)
    return Table(
        first.oid,
        first.schema,
        first.name,
        tuple(
            Column(
                column.column,
                types.get(column.type, column.modifier, column.sql),
                column.not_null,
                tuple(limits[column.column]),
            )
            for column in columns
        ),
        tuple(expressions),
        tuple(
            ForeignKey(
                tuple(names[n] for n in key.columns), key.target, key.schema, key.name, tuple(key.keys)
            )
            for key in keys
            if names.keys() >= set(key.columns)
        ),
    )


def _in_order(tables: dict[int, Table]) -> Iterator[Table]:
    """Yield the tables so that referenced ones come first; a cycle is entered anywhere."""
    seen: set[int] = set()
    waiting = [(oid, False) for oid in reversed(tables)]
    while waiting:
        oid, done = waiting.pop()
        if done:
            yield tables[oid]
        elif oid not in seen:
            seen.add(oid)
            waiting.append((oid, True))
            waiting += [(key.target, False) for key in tables[oid].foreign_keys if key.target in tables]


class _Types:
    """The types of a database by oid."""

    def __init__(self, rows: list[Any], checks: list[Any]) -> None:
        self._rows = {row.oid: row for row in rows}
        self._limits: dict[int, list[Limit]] = defaultdict(list)
        for check in checks:
            if check.type:
                self._limits[check.type] += read_limits(check.expression)

    def get(self, oid: int, modifier: int = -1, sql: str = "") -> Type:
        """Return a type; sql: its name with the modifier, where that is known."""
        row = self._rows[oid]
        limits, not_null = list(self._limits[oid]), row.not_null
        sql = sql or row.sql
        while row.kind == "d":
            if row.modifier >= 0:
                modifier = row.modifier
            row = self._rows[row.base]
            limits += self._limits[row.oid]
            not_null = not_null or row.not_null
        parts: tuple[Type, ...] = ()
        kind = _KINDS.get(row.kind, "base")
        if row.category == "A" and row.element:
            kind, parts = "array", (self.get(row.element, modifier),)
        elif row.bound:
            parts = (self.get(row.bound),)
        elif row.kind == "c":
            parts = tuple(self.get(attribute, typmod) for attribute, typmod in row.attributes)
        return Type(sql, kind, row.name, modifier, tuple(row.labels), parts, tuple(limits), not_null)
