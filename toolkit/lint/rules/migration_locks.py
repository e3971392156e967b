"""Rules about migrations that hold a lock for as long as a table is big."""

from collections.abc import Iterator
from itertools import takewhile

from toolkit.core.findings import Severity
from toolkit.lint.history import Migration
from toolkit.lint.registry import Report, migration_rule
from toolkit.source.facts import Alteration, Column, Constraint, Drop, Index, Other
from toolkit.source.queries import Expression, QualifiedName

_SERIALS = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})
_VOLATILE = frozenset({
    "clock_timestamp", "gen_random_uuid", "nextval", "random", "timeofday", "uuid_generate_v1",
    "uuid_generate_v4", "uuidv4", "uuidv7",
})  # fmt: skip


@migration_rule("M01", Severity.ERROR, Index)
def index_concurrently(index: Index, migration: Migration) -> Iterator[Report]:
    """Make an index on a table that is in use CONCURRENTLY.

    CREATE INDEX lets nobody write until it is done. A table that the same migration makes is used by nobody,
    and a partitioned one takes no CONCURRENTLY.

    Bad:
        CREATE INDEX idx_post_author ON tb_post (author_id);

    Good:
        -- toolkit: no-transaction
        CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_post_author ON tb_post (author_id);

    Good:
        CREATE TABLE tb_new (id int);
        CREATE INDEX idx_new_id ON tb_new (id);
    """
    free = migration.is_new(index.table) or migration.is_partitioned(index.table) or index.only
    if not index.concurrently and not free:
        yield Report(
            index.start,
            f"making {index.name or 'an index'} lets nobody write to {index.table.name}",
            "Write CREATE INDEX CONCURRENTLY in a revision that begins with -- toolkit: no-transaction.",
        )


@migration_rule("M02", Severity.WARNING, Drop, Alteration, Other)
def drop_concurrently(fact: Drop | Alteration | Other, migration: Migration) -> Iterator[Report]:
    """Drop an index, rebuild it and detach a partition CONCURRENTLY.

    Without it the table is locked against reading while the statement waits and works.

    Bad:
        DROP INDEX idx_post_author;

    Bad:
        ALTER TABLE tb_log DETACH PARTITION tb_log_2025;

    Bad:
        REINDEX TABLE tb_post;

    Good:
        -- toolkit: no-transaction
        DROP INDEX CONCURRENTLY IF EXISTS idx_post_author;
        -- toolkit: step
        REINDEX TABLE CONCURRENTLY tb_post;
    """
    remedy = "Write CONCURRENTLY, in a revision that begins with -- toolkit: no-transaction."
    if isinstance(fact, Drop):
        if fact.kind == "index" and not fact.concurrently and not migration.is_new(fact.name):
            yield Report(fact.start, f"dropping {fact.name.name} locks its table", remedy)
    elif isinstance(fact, Alteration):
        if fact.kind == "detach partition" and not fact.concurrently and not migration.is_new(fact.table):
            yield Report(fact.start, f"detaching a partition locks {fact.table.name}", remedy)
    elif fact.word == "REINDEX" and "concurrently" not in fact.flags:
        yield Report(fact.start, "REINDEX locks the table", remedy)


@migration_rule("M03", Severity.ERROR, Index, Drop, Alteration, Other)
def concurrently_outside_a_transaction(
    fact: Index | Drop | Alteration | Other, migration: Migration
) -> Iterator[Report]:
    """Write CONCURRENTLY only where there is no transaction.

    PostgreSQL refuses it in one ("cannot run inside a transaction block"), and a revision is one unless its
    first line is `-- toolkit: no-transaction`.

    Bad:
        CREATE INDEX CONCURRENTLY idx_post_author ON tb_post (author_id);

    Good:
        -- toolkit: no-transaction
        CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_post_author ON tb_post (author_id);
    """
    concurrent = (
        fact.word == "REINDEX" and "concurrently" in fact.flags
        if isinstance(fact, Other)
        else fact.concurrently
    )
    if concurrent and migration.transactional:
        yield Report(
            fact.start,
            "CONCURRENTLY can't run in the transaction of a revision",
            "Begin the file with -- toolkit: no-transaction.",
        )


@migration_rule("M04", Severity.ERROR, Column)
def add_column_without_rewriting(column: Column, migration: Migration) -> Iterator[Report]:
    """Add no column that makes PostgreSQL write the whole table anew.

    A volatile default, a serial, an identity and a stored generated column do; nobody may read meanwhile. A
    constant, and now(), do not.

    Bad:
        ALTER TABLE tb_post ADD COLUMN token uuid DEFAULT gen_random_uuid();

    Bad:
        ALTER TABLE tb_post ADD COLUMN n bigserial;

    Bad:
        ALTER TABLE tb_post ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY;

    Good:
        ALTER TABLE tb_post ADD COLUMN added_at timestamptz NOT NULL DEFAULT now(),
            ADD COLUMN n int DEFAULT 0;
    """
    if not column.added or migration.is_new(column.table):
        return
    reason = ""
    if column.type in _SERIALS or column.identity:
        reason = "numbers its rows"
    elif column.generated == "stored":
        reason = "is worked out for each row"
    elif column.default is not None and not column.generated and _is_volatile(column.default):
        reason = "has a default that differs by row"
    if reason:
        yield Report(
            column.start,
            f"{column.table.name} is written anew: {column.name} {reason}",
            "Add the column without it, fill the rows in steps, then set the default.",
        )


def _is_volatile(value: Expression) -> bool:
    if value.kind == "call" and value.name in _VOLATILE:
        return True
    return any(_is_volatile(part) for part in value.args)


@migration_rule("M05", Severity.ERROR, Column)
def add_column_that_may_be_null(column: Column, migration: Migration) -> Iterator[Report]:
    """Add a NOT NULL column with a default.

    Without one the statement fails as soon as the table has a row ("contains null values"). A domain may
    bring a default along.

    Bad:
        ALTER TABLE tb_post ADD COLUMN slug text NOT NULL;

    Good:
        ALTER TABLE tb_post ADD COLUMN slug text NOT NULL DEFAULT '';
        CREATE TABLE tb_new (id int);
        ALTER TABLE tb_new ADD COLUMN slug text NOT NULL;
    """
    filled = column.default is not None or column.identity or column.generated or column.type in _SERIALS
    if column.added and column.not_null and not filled and not migration.is_new(column.table):
        type_ = migration.type(column.type)
        if type_.kind == "domain" if type_ else "." in column.type:
            return
        yield Report(
            column.start,
            f"{column.name} is NOT NULL and the rows of {column.table.name} have no value for it",
            "Give it a DEFAULT, or add it without NOT NULL and fill it first.",
        )


@migration_rule("M06", Severity.WARNING, Alteration, Constraint)
def set_not_null_after_a_check(fact: Alteration | Constraint, migration: Migration) -> Iterator[Report]:
    """Set NOT NULL where a valid CHECK says so already.

    SET NOT NULL reads the whole table while nobody else may, and so does PRIMARY KEY USING INDEX for a column
    that may be NULL. With a validated CHECK (… IS NOT NULL) they read nothing.

    Bad:
        ALTER TABLE tb_post ALTER COLUMN slug SET NOT NULL;

    Bad:
        -- file: migrations/versions/1_a.up.sql
        CREATE TABLE tb_post (id int);
        CREATE UNIQUE INDEX pk_post ON tb_post (id);
        -- file: migrations/versions/2_b.up.sql
        ALTER TABLE tb_post ADD CONSTRAINT pk_post PRIMARY KEY USING INDEX pk_post;

    Good:
        -- file: migrations/versions/1_a.up.sql
        CREATE TABLE tb_post (id int, slug text);
        -- file: migrations/versions/2_b.up.sql
        ALTER TABLE tb_post ADD CONSTRAINT ck_post_slug CHECK (slug IS NOT NULL) NOT VALID;
        -- file: migrations/versions/3_c.up.sql
        ALTER TABLE tb_post VALIDATE CONSTRAINT ck_post_slug;
        -- file: migrations/versions/4_d.up.sql
        ALTER TABLE tb_post ALTER COLUMN slug SET NOT NULL;
    """
    if migration.is_new(fact.table):
        return
    columns: tuple[str, ...] = ()
    if isinstance(fact, Constraint):
        if fact.added and fact.kind == "primary key" and fact.using_index:
            index = migration.relation(QualifiedName(fact.table.schema, fact.using_index))
            known = index.index.columns if index and index.index else ()
            columns = tuple(name for name in known if _may_be_null(fact.table, name, migration))
    elif fact.kind == "set not null":
        columns = (fact.name,)
    for column in columns:
        if not _is_checked(fact.table, column, migration):
            yield Report(
                fact.start,
                f"all of {fact.table.name} is read under a lock: {column} is to be NOT NULL",
                "Add CHECK (… IS NOT NULL) NOT VALID, validate it in a later revision, then SET NOT NULL.",
            )


def _may_be_null(table: QualifiedName, name: str, migration: Migration) -> bool:
    column = migration.column(table, name)
    return column is not None and not column.not_null


def _is_checked(table: QualifiedName, column: str, migration: Migration) -> bool:
    """Return whether a valid CHECK of a table says that a column is not null."""
    known = migration.relation(table)
    for constraint in known.constraints.values() if known else ():
        test = constraint.expression
        proven = constraint.kind == "check" and constraint.validated and test is not None
        if proven and test and test.name == "is not null" and test.args[0].name == column:
            return True
    return False


@migration_rule("M07", Severity.ERROR, Constraint)
def add_constraint_not_valid(constraint: Constraint, migration: Migration) -> Iterator[Report]:
    """Add a CHECK or a FOREIGN KEY as NOT VALID, and validate it in a later revision.

    Otherwise PostgreSQL reads the whole table while nobody may write to it, or with a CHECK read it. In the
    definition of a new column there is no NOT VALID; a FOREIGN KEY of a column without default reads nothing.
    The CHECK of a domain reads each table that has it while nobody may write to any of them, and so does its
    validation: choose the time for that.

    Bad:
        ALTER TABLE tb_post ADD COLUMN n int CHECK (n > 0);

    Bad:
        ALTER TABLE tb_post ADD CONSTRAINT ck_post_title CHECK (title <> '');

    Bad:
        ALTER TABLE tb_post ADD CONSTRAINT fk_post_author FOREIGN KEY (author_id) REFERENCES tb_user (id);

    Bad:
        ALTER DOMAIN email ADD CONSTRAINT ck_email CHECK (VALUE LIKE '%@%');

    Good:
        ALTER TABLE tb_post ADD CONSTRAINT ck_post_title CHECK (title <> '') NOT VALID;
        ALTER TABLE tb_post ADD COLUMN author_id int REFERENCES tb_user (id);

    Good:
        CREATE TABLE tb_new (id int);
        ALTER TABLE tb_new ADD CONSTRAINT ck_new_id CHECK (id > 0);
    """
    slow = constraint.kind in ("check", "foreign key") and constraint.validated
    if constraint.inline and constraint.kind == "foreign key":
        slow = slow and _has_values(constraint, migration)
    group = "type" if constraint.on_domain else "relation"
    if constraint.added and slow and not migration.makes(group, constraint.table):
        alone = "Add the column alone; then a" if constraint.inline else "A"
        whole = "each table with" if constraint.on_domain else "all of"
        later = " when few write" if constraint.on_domain else ""
        yield Report(
            constraint.start,
            f"{whole} {constraint.table.name} is read under a lock",
            f"{alone}dd the constraint NOT VALID, and VALIDATE CONSTRAINT in a later revision{later}.",
        )


def _has_values(constraint: Constraint, migration: Migration) -> bool:
    """Return whether the column in whose definition a constraint stands has a default, be it NULL."""
    for fact in migration.facts:
        if isinstance(fact, Column) and (fact.table, (fact.name,)) == (constraint.table, constraint.columns):
            return fact.default is not None
    return False


@migration_rule("M08", Severity.WARNING, Alteration)
def validate_in_a_later_revision(alteration: Alteration, migration: Migration) -> Iterator[Report]:
    """Validate a constraint in another revision than the one that adds it.

    In one transaction the lock of ADD CONSTRAINT is held while the table is read, which NOT VALID was to
    avoid.

    Bad:
        ALTER TABLE tb_post ADD CONSTRAINT ck_post_title CHECK (title <> '') NOT VALID;
        ALTER TABLE tb_post VALIDATE CONSTRAINT ck_post_title;

    Good:
        ALTER TABLE tb_post VALIDATE CONSTRAINT ck_post_title;
    """
    if alteration.kind != "validate constraint" or not migration.transactional:
        return
    here = [
        fact
        for fact in takewhile(lambda fact: fact is not alteration, migration.facts)
        if isinstance(fact, Constraint) and fact.added and fact.table == alteration.table
    ]
    added = any(fact.name == alteration.name and not fact.validated for fact in here)
    if added and not migration.is_new(alteration.table):
        yield Report(
            alteration.start,
            f"{alteration.name} is added and validated in one transaction",
            "Validate it in a later revision.",
        )


@migration_rule("M09", Severity.ERROR, Constraint)
def add_key_using_an_index(constraint: Constraint, migration: Migration) -> Iterator[Report]:
    """Add a PRIMARY KEY or UNIQUE constraint with an index that is there already.

    Otherwise PostgreSQL makes the index while nobody may read the table. An EXCLUDE constraint has no such
    way: add it when few use the table, and allow this finding.

    Bad:
        ALTER TABLE tb_user ADD CONSTRAINT uq_user_mail UNIQUE (mail);

    Good:
        ALTER TABLE tb_user ADD CONSTRAINT uq_user_mail UNIQUE USING INDEX uq_user_mail;
    """
    indexed = constraint.kind in ("primary key", "unique", "exclusion") and not constraint.using_index
    if constraint.added and indexed and not migration.is_new(constraint.table):
        yield Report(
            constraint.start,
            f"an index is made while nobody may read {constraint.table.name}",
            "CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … USING INDEX.",
        )
