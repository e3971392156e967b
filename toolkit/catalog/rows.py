"""Random rows that satisfy the constraints of their tables, for databases that nobody else uses.

Values are drawn with what CHECK constraints and types say in mind, rows that break a constraint are left out
by the server, and what can't be filled is reported with its reason.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import psycopg
from psycopg import sql

from toolkit.catalog.samples import Draws, sample
from toolkit.catalog.tables import Column, ForeignKey, Table, read_tables

_TRIES: Final = 6  # batches for a table, each of as many candidates as rows are wanted, and some more
_SPARE: Final = 4
_NULLS: Final = 0.2  # the share of NULL where it is allowed
_PARENTS: Final = 500  # rows of a referenced table to choose from
# Types whose every sample is a value: the server need not be asked.
_SURE: Final = frozenset({"int2", "int4", "int8", "text", "uuid", "bool", "json", "jsonb", "bytea"})
_FITS: Final = """
    CREATE OR REPLACE FUNCTION pg_temp.toolkit_fits(value text, type text) RETURNS boolean
    LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format('SELECT %L::%s', value, type);
        RETURN true;
    EXCEPTION WHEN OTHERS THEN
        RETURN false;
    END $$
"""
_WRONG: Final = """
    SELECT value, type FROM unnest(%s::text[], %s::text[]) AS pair (value, type)
    WHERE NOT pg_temp.toolkit_fits(value, type)
"""

Given = Mapping[tuple[str, str, str], Callable[[Draws], str | None]]
_Row = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of a table. reason: why it has no rows, in the server's words; None where it has some."""

    schema: str
    name: str
    rows: int
    reason: str | None


def fill_tables(
    connection: psycopg.Connection,
    *,
    seed: int,
    rows: int = 20,
    only: Collection[tuple[str, str]] | None = None,
    edges: float = 0.25,
    given: Given | None = None,
) -> list[Filled]:
    """Put about `rows` random rows into every table that can take some; return what became of each.

    only: schema and name of the tables that matter; they and those they refer to are filled, None is all.
    edges: the share of edge values, such as the largest number of a type. given: what makes the values of
    some columns, by schema, table and column.
    connection: of a superuser, in autocommit mode, to a scratch database. seed: the same seed gives the same
    rows in the same schema, but for what the server's own defaults and triggers add. Triggers and row-level
    security do what they do. Raises psycopg.Error where the connection is lost.
    """
    random = Draws(seed, edges)
    tables = read_tables(connection)
    if only is not None:
        tables = _with_parents(tables, only)
    connection.execute(_FITS.encode())
    filler = _Filler(connection, random, given or {})
    numbers: dict[int, int] = dict.fromkeys((table.oid for table in tables), 0)
    # Twice: what refers to itself, or in a circle, finds rows in the second turn.
    for wanted in (rows - rows // 2, rows):
        for table in tables:
            numbers[table.oid] += filler.fill(table, wanted - numbers[table.oid])
    return [
        Filled(
            table.schema,
            table.name,
            numbers[table.oid],
            None if numbers[table.oid] else filler.reasons.get(table.oid, "no candidate met the constraints"),
        )
        for table in tables
    ]


def _with_parents(tables: list[Table], only: Collection[tuple[str, str]]) -> list[Table]:
    by_oid = {table.oid: table for table in tables}
    needed: set[int] = set()
    waiting = [table.oid for table in tables if (table.schema, table.name) in only]
    while waiting:
        oid = waiting.pop()
        if oid in by_oid and oid not in needed:
            needed.add(oid)
            waiting += [key.target for key in by_oid[oid].foreign_keys]
    return [table for table in tables if table.oid in needed]


class _Filler:
    """Puts rows into tables. reasons: by table, the last words of the server about a row it refused."""

    def __init__(self, connection: psycopg.Connection, random: Draws, given: Given) -> None:
        self._given = given
        self.reasons: dict[int, str] = {}
        self._connection = connection
        self._random = random

    def fill(self, table: Table, wanted: int) -> int:
        """Add up to `wanted` rows and return how many were added."""
        parents = {key: self._parents(key) for key in table.foreign_keys}
        added = 0
        for turn in count():
            if added >= wanted or turn == _TRIES:
                return added
            drawn = (self._candidate(table, parents) for _ in range((wanted - added) * _SPARE))
            candidates = self._fitting(table, [row for row in drawn if row is not None])
            if candidates:
                added += self._insert(table, candidates, wanted - added)
        return added

    def _parents(self, key: ForeignKey) -> list[tuple[str, ...]]:
        columns = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in key.keys)
        query = sql.SQL("SELECT {} FROM {} ORDER BY {} LIMIT {}").format(
            columns, sql.Identifier(key.schema, key.name), columns, _PARENTS
        )
        return self._connection.execute(query).fetchall()

    def _candidate(self, table: Table, parents: Mapping[ForeignKey, list[tuple[str, ...]]]) -> _Row | None:
        row: _Row = {}
        required = {column.name for column in table.columns if column.not_null}
        for key in table.foreign_keys:
            optional = [name for name in key.columns if name not in required]
            if optional and self._random.random() < _NULLS:
                row.update(dict.fromkeys(optional))
            else:
                self._refer(row, key, parents[key])
        for column in table.columns:
            if row.get(column.name) is None and (column.name not in row or column.not_null):
                row[column.name] = self._value(table, column)
        for column in table.columns:
            if row[column.name] is None and (column.not_null or column.type.not_null):
                self.reasons.setdefault(
                    table.oid, f"no value of type {column.type.sql} is known for column {column.name}"
                )
                return None
        return row

    def _refer(self, row: _Row, key: ForeignKey, parents: list[tuple[str, ...]]) -> None:
        """Give the columns of a foreign key the values of a row that is there, if one fits what is set."""
        fitting = [
            parent
            for parent in parents
            if all(row.get(name) in (None, value) for name, value in zip(key.columns, parent, strict=True))
        ]
        if fitting:
            row.update(zip(key.columns, self._random.choice(fitting), strict=True))
        else:
            for name in key.columns:
                row.setdefault(name, None)

    def _value(self, table: Table, column: Column) -> str | None:
        given = self._given.get((table.schema, table.name, column.name))
        if given is not None:
            return given(self._random)
        if not (column.not_null or column.type.not_null) and self._random.random() < _NULLS:
            return None
        return sample(column.type, self._random, column.limits)

    def _fitting(self, table: Table, candidates: list[_Row]) -> list[_Row]:
        """Return the candidates whose every value is one of its column's type."""
        doubtful = [column for column in table.columns if column.type.name not in _SURE or column.type.limits]
        pairs = {(row[column.name], column.type.sql) for row in candidates for column in doubtful}
        pairs = {pair for pair in pairs if pair[0] is not None}
        if not pairs:
            return candidates
        values, types = zip(*sorted(pairs, key=str), strict=True)
        wrong = set(self._connection.execute(_WRONG, (list(values), list(types))).fetchall())
        for value, name in sorted(wrong)[:1]:
            self.reasons.setdefault(table.oid, f"{value!r} is no value of type {name}")
        return [
            row
            for row in candidates
            if not any((row[column.name], column.type.sql) in wrong for column in doubtful)
        ]

    def _insert(self, table: Table, candidates: list[_Row], most: int) -> int:
        """Insert up to `most` candidates: all at once where the server can sort out those that do not fit."""
        try:
            with self._connection.transaction():
                return self._connection.execute(_statement(table, candidates, most, sort_out=True)).rowcount
        except psycopg.Error:
            if self._connection.closed:
                raise
            return sum(self._insert_one(table, row) for row in candidates[:most])

    def _insert_one(self, table: Table, row: _Row) -> bool:
        try:
            with self._connection.transaction():
                self._connection.execute(_statement(table, [row], 1, sort_out=False))
        except psycopg.Error as error:
            if self._connection.closed:
                raise
            self.reasons[table.oid] = error.diag.message_primary or str(error)
            return False
        return True


def _statement(table: Table, rows: Sequence[_Row], most: int, *, sort_out: bool) -> sql.Composed:
    """Return the INSERT of some rows. Values are literals: a name with a percent sign is no placeholder then.

    sort_out: leave rows out that break a CHECK, a foreign key, a unique constraint or a partition's bounds.
    """
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    values = sql.SQL(", ").join(
        sql.SQL("({})").format(
            sql.SQL(", ").join(
                sql.SQL("{}::{}").format(sql.Literal(row[column.name]), sql.SQL(column.type.sql))
                for column in table.columns
            )
        )
        for row in rows
    )
    insert = "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT * FROM (VALUES {}) AS candidate ({})"
    name = sql.Identifier(table.schema, table.name)
    parts = [sql.SQL(insert).format(name, columns, values, columns)]
    if sort_out:
        conditions = list(_conditions(table))
        if conditions:
            parts.append(sql.SQL("WHERE {}").format(sql.SQL(" AND ").join(conditions)))
        parts.append(sql.SQL("LIMIT {} ON CONFLICT DO NOTHING").format(most))
    return sql.SQL(" ").join(parts)


def _conditions(table: Table) -> Iterator[sql.Composable]:
    for check in table.checks:
        yield sql.SQL("({}) IS NOT FALSE").format(sql.SQL(check))
    for key in table.foreign_keys:
        ours = [sql.Identifier("candidate", name) for name in key.columns]
        missing = sql.SQL(" OR ").join(sql.SQL("{} IS NULL").format(name) for name in ours)
        same = sql.SQL(" AND ").join(
            sql.SQL("parent.{} = {}").format(sql.Identifier(name), our)
            for name, our in zip(key.keys, ours, strict=True)
        )
        choices = [
            missing,
            sql.SQL("EXISTS (SELECT FROM {} AS parent WHERE {})").format(
                sql.Identifier(key.schema, key.name), same
            ),
        ]
        if key.target == table.oid:
            choices.append(
                sql.SQL(" AND ").join(
                    sql.SQL("candidate.{} = {}").format(sql.Identifier(name), our)
                    for name, our in zip(key.keys, ours, strict=True)
                )
            )
        yield sql.SQL("({})").format(sql.SQL(" OR ").join(choices))
