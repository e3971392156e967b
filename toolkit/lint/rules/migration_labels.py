"""The rule about labels of enum types that a migration adds and uses."""

from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.lint.history import Migration
from toolkit.lint.registry import Report, migration_rule
from toolkit.lint.steps import queries
from toolkit.source.facts import Alteration, Column, Constraint
from toolkit.source.queries import Expression, QualifiedName, Query, Source, Write

_Typed = Iterator[tuple[Expression, str]]  # constants, each with the type that it is read as
_COMPARING = frozenset({"=", "<>", "!=", "<", ">", "<=", ">=", "in", "not in", "= any", "<> all"})


@migration_rule("M17", Severity.ERROR, Query, Write, Column, Constraint, Alteration)
def label_used_in_a_later_migration(
    fact: Query | Write | Column | Constraint | Alteration, migration: Migration
) -> Iterator[Report]:
    """Use a new label of an enum type in another revision than the one that adds it.

    PostgreSQL refuses it before the transaction is over ("unsafe use of new value"). From 17 on it takes it
    where the type is as new as the label.

    Bad:
        -- file: migrations/versions/1_a.up.sql
        CREATE TYPE post_status AS ENUM ('draft');
        CREATE TABLE tb_post (id int, status post_status);
        -- file: migrations/versions/2_b.up.sql
        ALTER TYPE post_status ADD VALUE 'gone';
        UPDATE tb_post SET status = 'gone' WHERE id = 1;

    Bad:
        ALTER TYPE post_status ADD VALUE 'gone';
        ALTER TABLE tb_post ADD COLUMN status post_status DEFAULT 'gone';

    Good:
        CREATE TYPE post_status AS ENUM ('draft', 'gone');
        CREATE TABLE tb_post (id int, status post_status DEFAULT 'gone');

    Good:
        ALTER TYPE post_status ADD VALUE 'gone';
        INSERT INTO tb_log (note) VALUES ('gone');
    """
    if not migration.labels or not migration.transactional:
        return
    seen: set[int] = set()
    for constant, type_ in _constants(fact, migration):
        schema, _, name = type_.rpartition(".")
        enum = QualifiedName(schema or migration.settings.schema, name)
        if (enum, constant.name) in migration.labels and constant.start not in seen:
            seen.add(constant.start)
            yield Report(
                constant.start,
                f"the label {constant.name!r} of {name} is added in the same transaction",
                "Use it in a later revision.",
            )


def _constants(fact: Query | Write | Column | Constraint | Alteration, migration: Migration) -> _Typed:
    match fact:
        case Column(default=Expression() as default):
            yield from _read_as(default, fact.type)
        case Alteration(kind="column default", default=Expression() as default):
            yield from _read_as(default, _type_of(fact.table, fact.name, migration))
        case Constraint(expression=Expression() as test):
            yield from _compared(
                test, (Source(0, fact.table, "", None, (), "", (), optional=False),), migration
            )
        case Write():
            yield from _written(fact, migration)
            around = Query(fact.start, (), _target(fact), conditions=fact.conditions)
            yield from _queried((around, *queries(fact)), migration)
        case Query():
            yield from _queried(tuple(queries(fact)), migration)


def _target(write: Write) -> tuple[Source, ...]:
    alias = write.alias or write.table.name
    return (Source(write.start, write.table, "", None, (), alias, (), optional=False), *write.sources)


def _written(write: Write, migration: Migration) -> _Typed:
    """Yield the constants that a write puts into columns."""
    pairs = [*write.assignments, *write.inserted]
    if write.query is not None:
        values = [tuple(output.value for output in write.query.outputs), *write.query.values]
        pairs += [pair for row in values for pair in zip(write.columns, row, strict=False)]
    for column, value in pairs:
        yield from _read_as(value, _type_of(write.table, column, migration))


def _queried(found: tuple[Query, ...], migration: Migration) -> _Typed:
    for query in found:
        values = [*query.conditions, *(output.value for output in query.outputs)]
        for value in values:
            yield from _compared(value, query.sources, migration)


def _read_as(value: Expression, type_: str) -> _Typed:
    """Yield the constants of a value of a type: itself, results of CASE and COALESCE, what is cast."""
    if value.kind == "constant":
        yield value, type_
    elif value.kind == "cast":
        for part in value.args:
            yield from _read_as(part, value.name)
    else:
        for part in value.args:
            yield from _read_as(part, type_ if value.kind in ("case", "coalesce") else "")


def _compared(value: Expression, sources: tuple[Source, ...], migration: Migration) -> _Typed:
    """Yield the constants in a value that are compared with columns or cast."""
    type_ = value.name if value.kind == "cast" else ""
    if value.kind == "operator" and value.name in _COMPARING:
        columns = [part for part in value.args if part.kind == "column"]
        type_ = next((found for part in columns if (found := _resolved(part, sources, migration))), "")
    for part in value.args:
        yield from _read_as(part, type_)
        yield from _compared(part, sources, migration)


def _resolved(column: Expression, sources: tuple[Source, ...], migration: Migration) -> str:
    for source in sources:
        if source.relation is not None and column.qualifier in ("", source.alias):
            found = _type_of(source.relation, column.name, migration)
            if found:
                return found
    return ""


def _type_of(table: QualifiedName, column: str, migration: Migration) -> str:
    known = migration.column(table, column)
    return known.type if known else ""
