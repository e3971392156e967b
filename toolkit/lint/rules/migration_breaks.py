"""Rules about migrations that break who uses the database, or the migration itself."""

import re
from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.lint.documents import literal
from toolkit.lint.history import Migration, group_of
from toolkit.lint.registry import Report, migration_rule
from toolkit.lint.steps import queries, writes
from toolkit.source.facts import (
    NAMED_BY_SERVICES,
    Alteration,
    Column,
    Drop,
    Grant,
    Other,
    Rename,
    Setting,
    Transaction,
)
from toolkit.source.queries import QualifiedName, Query, Write

_NO_TIME = re.compile(r"\s*[-+]?0*\.?0*\s*(?:us|ms|s|min|h|d)?\s*")
_ARGUMENTS = 3  # of set_config
_PARTS = {"column": "relation", "attribute": "type"}
_WRITING = {
    "set logged": "SET LOGGED", "set un logged": "SET UNLOGGED", "set table space": "SET TABLESPACE",
    "set access method": "SET ACCESS METHOD",
}  # fmt: skip


@migration_rule("M10", Severity.ERROR, Alteration)
def change_type_without_rewriting(alteration: Alteration, migration: Migration) -> Iterator[Report]:
    """Change a column's type only where PostgreSQL need not write the table anew.

    A longer varchar, text instead of varchar, and numeric with more digits and the same scale are free; for
    others nobody may read the table until it is written.

    Bad:
        ALTER TABLE tb_post ALTER COLUMN n TYPE bigint;

    Good:
        -- file: migrations/versions/1_a.up.sql
        CREATE TABLE tb_post (id int, title varchar(20), price numeric(8,2));
        -- file: migrations/versions/2_b.up.sql
        ALTER TABLE tb_post ALTER COLUMN title TYPE varchar(40), ALTER COLUMN price TYPE numeric(10,2);
        ALTER TABLE tb_post ALTER COLUMN title TYPE text;
    """
    if alteration.kind != "alter column type" or migration.is_new(alteration.table):
        return
    if alteration.object not in ("table", "foreign table", "matview"):
        return
    column = migration.column(alteration.table, alteration.name)
    if column is None or alteration.using is not None or not _is_free(column.type, alteration.type):
        yield Report(
            alteration.start,
            f"{alteration.table.name} may be written anew for the type of {alteration.name}",
            "Add a column of the new type, fill it in steps, and change over.",
        )


def _is_free(old: str, new: str) -> bool:
    """Return whether a type becomes another one without a look at the rows.

    Source: PostgreSQL's ATColumnChangeRequiresRewrite and the length coercions it sees through.
    """
    (old_name, old_sizes), (new_name, new_sizes) = _parts(old), _parts(new)
    if old == new:
        return True
    if old_name == "character varying" and new_name == "text":
        return True
    if old_name != new_name or old_name not in ("character varying", "numeric", "bit varying"):
        return False
    if not new_sizes:
        return True
    if old_name == "numeric":
        return bool(old_sizes) and old_sizes[1:] == new_sizes[1:] and old_sizes[0] <= new_sizes[0]
    return bool(old_sizes) and old_sizes[0] <= new_sizes[0]


def _parts(type_: str) -> tuple[str, list[int]]:
    name, _, sizes = type_.partition("(")
    return name, [int(size) for size in sizes.rstrip(")").split(",") if size.isdigit()]


@migration_rule("M11", Severity.WARNING, Drop, Rename, Alteration, Grant, Other)
def keep_what_services_use(
    fact: Drop | Rename | Alteration | Grant | Other, migration: Migration
) -> Iterator[Report]:
    """Drop, rename, move and revoke what services use in a revision of phase contract only.

    A service of the version before still asks for tables, columns, views, functions, types and their labels
    until it is replaced. What the same migration makes, or makes again, is no loss; the rows of a table are.

    Bad:
        ALTER TABLE tb_post DROP COLUMN slug;

    Bad:
        ALTER TABLE tb_post RENAME COLUMN slug TO handle;

    Bad:
        DROP VIEW v_post;

    Bad:
        DROP TABLE IF EXISTS tb_post;
        CREATE TABLE tb_post (id int);

    Bad:
        ALTER TYPE post_status RENAME VALUE 'draft' TO 'new';

    Bad:
        REVOKE EXECUTE ON FUNCTION fn_publish_post(uuid) FROM cqrs_command;

    Good:
        DROP VIEW v_post;
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id) AS data FROM tb_post;
        REVOKE EXECUTE ON FUNCTION fn_publish_post(uuid) FROM PUBLIC;
    """
    if migration.phase == "contract":
        return
    group, name, what = _loss(fact, migration)
    if what and not migration.makes(group, name):
        yield Report(
            fact.start,
            f"{what} while services may use it",
            'Do it in a later revision with phase = "contract", when nobody uses it any more.',
        )


def _loss(
    fact: Drop | Rename | Alteration | Grant | Other, migration: Migration
) -> tuple[str, QualifiedName, str]:
    """Return what a statement changes, group and name, and what a service may miss then, "" for nothing."""
    group, name, what = group_of(fact.kind), QualifiedName("", ""), ""
    match fact:
        case Drop(name=name) if fact.kind in NAMED_BY_SERVICES:
            keeps_rows = fact.kind == "table" and name.name.startswith(migration.settings.names.table)
            if keeps_rows or not migration.is_made_later(group, name, fact.start):
                what = f"{fact.kind} {name.name} is dropped"
        case Rename(name=name) if fact.kind in NAMED_BY_SERVICES or fact.kind in _PARTS:
            group = _PARTS.get(fact.kind, group)
            what = f"{fact.kind} {fact.part or name.name} is renamed"
        case Alteration(table=name, kind="drop column"):
            group = "type" if fact.object == "type" else "relation"
            what = f"column {fact.name} of {name.name} is dropped"
        case Other(word="SET SCHEMA", name=QualifiedName() as name) if fact.kind in NAMED_BY_SERVICES:
            what = f"{fact.kind} {name.name} goes to another schema"
        case Other(word="ALTER TYPE", kind="rename value", name=QualifiedName() as name):
            group, what = "type", f"a label of {name.name} is renamed"
        case Grant(name=name, granted=False, default=False) if _is_missed(fact, migration):
            group = "relation" if fact.kind == "table" else group
            what = f"{', '.join(fact.privileges)} on {name.name or name.schema} is revoked"
    return group, name, what


def _is_missed(grant: Grant, migration: Migration) -> bool:
    """Return whether a REVOKE takes from a role of services what the migration does not grant again."""
    roles = migration.settings.roles
    if {roles.read, roles.command}.isdisjoint(grant.grantees):
        return False
    return not any(
        isinstance(fact, Grant)
        and fact.granted
        and fact.start > grant.start
        and (fact.name, fact.routine) == (grant.name, grant.routine)
        for fact in migration.facts
    )


@migration_rule("M12", Severity.ERROR, Other, Alteration)
def write_no_table_anew(fact: Other | Alteration, migration: Migration) -> Iterator[Report]:
    """Leave what writes a whole table anew out of migrations: VACUUM FULL, CLUSTER, SET TABLESPACE.

    They write it while nobody may read it, and so do SET LOGGED, SET UNLOGGED and SET ACCESS METHOD.

    Bad:
        VACUUM FULL tb_post;

    Bad:
        CLUSTER tb_post USING pk_post;

    Bad:
        ALTER TABLE tb_post SET UNLOGGED;

    Good:
        -- toolkit: no-transaction
        VACUUM (ANALYZE) tb_post;
    """
    what = ""
    if isinstance(fact, Alteration):
        if fact.object in ("table", "matview") and not migration.is_new(fact.table):
            what = _WRITING.get(fact.kind, "")
    elif fact.word == "CLUSTER":
        what = "CLUSTER"
    elif fact.word == "VACUUM" and "full" in fact.flags:
        what = "VACUUM FULL"
    if what:
        yield Report(
            fact.start, f"{what} locks the table against reading", "Use pg_repack outside of migrations."
        )


@migration_rule("M13", Severity.WARNING, Drop, Alteration, Other)
def no_cascade(fact: Drop | Alteration | Other, migration: Migration) -> Iterator[Report]:  # noqa: ARG001
    """Name what is dropped instead of CASCADE.

    CASCADE takes along whatever depends on it, also what a colleague added yesterday.

    Bad:
        DROP TABLE tb_post CASCADE;

    Bad:
        TRUNCATE tb_post CASCADE;

    Good:
        DROP VIEW v_post;
        CREATE VIEW v_post AS SELECT 1 AS id;
    """
    if isinstance(fact, Other):
        cascades = fact.kind == "cascade"
    else:  # what ALTER TYPE … ADD ATTRIBUTE takes along loses nothing
        cascades = fact.cascade and (isinstance(fact, Drop) or fact.kind.startswith("drop"))
    if cascades:
        yield Report(fact.start, "CASCADE takes along what nobody named", "Name each object that goes.")


@migration_rule("M14", Severity.ERROR, Transaction)
def no_transaction_of_its_own(fact: Transaction, migration: Migration) -> Iterator[Report]:  # noqa: ARG001
    """Leave BEGIN and COMMIT to what applies the migration.

    A revision is one transaction, written together with the ledger; a COMMIT in it cuts that in two.

    Bad:
        BEGIN; CREATE TABLE tb_a (id int); COMMIT;

    Good:
        SAVEPOINT a; CREATE TABLE tb_a (id int); RELEASE SAVEPOINT a;
    """
    if fact.kind in ("begin", "start", "commit", "rollback", "prepare"):
        yield Report(fact.start, f"{fact.kind.upper()} cuts the transaction of the revision", "Remove it.")


@migration_rule("M15", Severity.ERROR, Setting, Query)
def keep_the_lock_timeout(fact: Setting | Query, migration: Migration) -> Iterator[Report]:  # noqa: ARG001
    """Leave lock_timeout on.

    A statement that waits for a lock lets nobody else have it; without a limit the service stands still.

    Bad:
        SET LOCAL lock_timeout = 0;

    Bad:
        RESET ALL;

    Bad:
        SELECT set_config('lock_timeout', '0', true);

    Good:
        SET LOCAL lock_timeout = '2s';
        SELECT set_config('lock_timeout', '2s', true);
    """
    for start, name, value in _settings(fact):
        if name.lower() in ("lock_timeout", "") and _NO_TIME.fullmatch(value):  # "": RESET ALL
            yield Report(start, "lock_timeout is switched off", "Give it a few seconds.")


def _settings(fact: Setting | Query) -> Iterator[tuple[int, str, str]]:
    """Yield place, name and value of each parameter that is set by SET, RESET or set_config."""
    if isinstance(fact, Setting):
        yield fact.start, fact.name, fact.value
        return
    for value in (output.value for query in queries(fact) for output in query.outputs):
        if value.kind == "call" and value.name == "set_config" and len(value.args) == _ARGUMENTS:
            name, given = map(literal, value.args[:2])
            if name and given is not None:
                yield value.start, name, given


@migration_rule("M16", Severity.WARNING, Write, Query)
def no_backfill_under_a_lock(fact: Write | Query, migration: Migration) -> Iterator[Report]:
    """Change many rows in another revision than the one that locks the table.

    ALTER TABLE holds its lock to the end of the transaction: while all rows are changed nobody may read. A DO
    block is in the same transaction.

    Bad:
        ALTER TABLE tb_post ADD COLUMN slug text;
        UPDATE tb_post SET slug = title;

    Bad:
        ALTER TABLE tb_post ADD COLUMN slug text;
        DO $$ BEGIN UPDATE tb_post SET slug = title; END $$;

    Good:
        UPDATE tb_post SET slug = title;

    Good:
        CREATE TABLE tb_new (id int);
        INSERT INTO tb_new SELECT id FROM tb_post;
    """
    if not migration.transactional:
        return
    for write in writes((fact,)):
        many = write.kind in ("update", "delete") and not write.where
        if many and write.table in migration.locked:
            yield Report(
                write.start,
                f"all rows of {write.table.name} are changed while nobody may read it",
                "Do it in a revision of its own, in steps.",
            )


@migration_rule("M19", Severity.WARNING, Column)
def add_no_json_column(column: Column, migration: Migration) -> Iterator[Report]:
    """Add a column of type jsonb, not json, to a table that is in use.

    json has no equality: every SELECT DISTINCT, UNION and GROUP BY over all columns of the table fails from
    then on ("could not identify an equality operator for type json").

    Bad:
        ALTER TABLE tb_post ADD COLUMN extra json;

    Good:
        ALTER TABLE tb_post ADD COLUMN extra jsonb;
    """
    if column.added and column.type == "json" and not migration.is_new(column.table):
        yield Report(column.start, f"{column.name} is of type json, which has no equality", "Write jsonb.")
