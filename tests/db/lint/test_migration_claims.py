"""What the rules about migrations say of locks and rewriting, shown on the oldest and the newest server."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

ROWS = "INSERT INTO tb_a (id, title, price) SELECT n, n::text, n FROM generate_series(1, 10) AS n"


@pytest.fixture
def connection(scratch_by_major):
    conninfo = scratch_by_major.create()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE tb_a (id int NOT NULL, title varchar(20), price numeric(8,2))")
        connection.execute("CREATE TABLE tb_b (id int PRIMARY KEY)")
        connection.execute(ROWS)
        yield connection
    scratch_by_major.release(conninfo)


@pytest.fixture
def rewrites(connection):
    """Returns whether a statement writes tb_a anew."""

    def rewrites(statement):
        node = "SELECT pg_relation_filenode('tb_a')"
        before = connection.execute(node).fetchone()
        connection.execute(statement)
        return connection.execute(node).fetchone() != before

    return rewrites


@pytest.fixture
def locks(connection):
    """Returns the strongest lock that a statement takes on a relation."""

    def locks(statement, relation="tb_a"):
        with connection.transaction(force_rollback=True):
            oid = connection.execute("SELECT %s::regclass::oid", [relation]).fetchone()[0]
            connection.execute(statement)
            modes = connection.execute(
                "SELECT mode FROM pg_locks WHERE relation = %s AND pid = pg_backend_pid()", [oid]
            ).fetchall()
        return {mode for (mode,) in modes} - {"AccessShareLock", "RowExclusiveLock"}

    return locks


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("ADD c uuid DEFAULT gen_random_uuid()", True),  # M04
        ("ADD c bigserial", True),
        ("ADD c bigint GENERATED ALWAYS AS IDENTITY", True),
        ("ADD c int GENERATED ALWAYS AS (id + 1) STORED", True),
        ("ADD c timestamptz NOT NULL DEFAULT now()", False),
        ("ADD c int DEFAULT 0", False),
        ("ALTER id TYPE bigint", True),  # M10
        ("ALTER title TYPE varchar(10)", True),
        ("ALTER price TYPE numeric(8,3)", True),
        ("ALTER title TYPE varchar(40)", False),
        ("ALTER title TYPE varchar", False),
        ("ALTER title TYPE text", False),
        ("ALTER price TYPE numeric(10,2)", False),
        ("ALTER price TYPE numeric", False),
    ],
)
def test_m04_m10_what_writes_a_table_anew(rewrites, action, expected):
    assert rewrites(f"ALTER TABLE tb_a {action}") is expected


@pytest.mark.parametrize(
    "statement",
    [
        "VACUUM FULL tb_a",
        "CLUSTER tb_a USING idx_a",
        "ALTER TABLE tb_a SET UNLOGGED",
    ],
)
def test_m12_these_write_a_table_anew(connection, rewrites, statement):
    connection.execute("CREATE INDEX idx_a ON tb_a (id)")
    assert rewrites(statement)


@pytest.mark.parametrize(
    ("statement", "lock"),
    [
        ("CREATE INDEX idx_new ON tb_a (title)", "ShareLock"),  # M01: no writes
        ("DROP INDEX idx_a", "AccessExclusiveLock"),  # M02: no reads either
        ("REINDEX INDEX idx_a", "ShareLock"),
        ("ALTER TABLE tb_a ALTER title SET NOT NULL", "AccessExclusiveLock"),  # M06
        ("ALTER TABLE tb_a ADD CONSTRAINT ck_a CHECK (id > 0)", "AccessExclusiveLock"),  # M07
        ("ALTER TABLE tb_a ADD CONSTRAINT fk_a FOREIGN KEY (id) REFERENCES tb_b (id) NOT VALID",
         "ShareRowExclusiveLock"),
        ("ALTER TABLE tb_a VALIDATE CONSTRAINT ck_later", "ShareUpdateExclusiveLock"),  # M08: writes go on
        ("ALTER TABLE tb_a ADD CONSTRAINT uq_a UNIQUE (id)", "AccessExclusiveLock"),  # M09
        ("ALTER TABLE tb_a ADD n int CHECK (n > 0)", "AccessExclusiveLock"),  # M07
        ("ALTER TABLE tb_a SET UNLOGGED", "AccessExclusiveLock"),  # M12
        ("ALTER TABLE tb_a SET ACCESS METHOD heap", "AccessExclusiveLock"),
        ("ALTER TABLE tb_a SET TABLESPACE pg_default", "AccessExclusiveLock"),
        ("ALTER TABLE tb_a ADD n int", "AccessExclusiveLock"),  # M16: held to the end of the transaction
    ],
)  # fmt: skip
def test_m01_m02_m06_m07_m08_m09_m12_m16_what_a_statement_locks(connection, locks, statement, lock):
    connection.execute("CREATE INDEX idx_a ON tb_a (id)")
    connection.execute("ALTER TABLE tb_a ADD CONSTRAINT ck_later CHECK (id < 100) NOT VALID")
    assert lock in locks(statement)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("ADD CONSTRAINT ck_a CHECK (VALUE <> '')", {"ShareLock"}),
        ("ADD CONSTRAINT ck_a CHECK (VALUE <> '') NOT VALID", set()),
        ("VALIDATE CONSTRAINT ck_later", {"ShareLock"}),
    ],
)
def test_m07_what_a_statement_about_a_domain_locks(connection, locks, action, expected):
    connection.execute("CREATE DOMAIN mail AS text")
    connection.execute("ALTER DOMAIN mail ADD CONSTRAINT ck_later CHECK (VALUE <> 'x') NOT VALID")
    connection.execute("ALTER TABLE tb_a ADD mail mail")
    assert locks(f"ALTER DOMAIN mail {action}") == expected


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX CONCURRENTLY i ON tb_a (id)",
        "DROP INDEX CONCURRENTLY idx_a",
        "REINDEX TABLE CONCURRENTLY tb_a",
    ],
)
def test_m03_concurrently_is_refused_in_a_transaction(connection, statement):
    connection.execute("CREATE INDEX idx_a ON tb_a (id)")
    refused = pytest.raises(
        psycopg.errors.ActiveSqlTransaction, match="cannot run inside a transaction block"
    )
    with refused, connection.transaction():
        connection.execute(statement)


def test_m01_a_partitioned_table_takes_no_concurrently(connection):
    connection.execute("CREATE TABLE tb_p (id int) PARTITION BY LIST (id)")
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="concurrently"):
        connection.execute("CREATE INDEX CONCURRENTLY idx_p ON tb_p (id)")


def test_m05_rows_without_a_value_are_refused(connection):
    with pytest.raises(psycopg.errors.NotNullViolation, match="contains null values"):
        connection.execute("ALTER TABLE tb_a ADD slug text NOT NULL")


def test_m05_the_default_of_a_domain_fills_the_rows(connection):
    connection.execute("CREATE DOMAIN slug AS text NOT NULL DEFAULT 'x'")
    connection.execute("ALTER TABLE tb_a ADD slug slug NOT NULL")
    assert connection.execute("SELECT DISTINCT slug FROM tb_a").fetchall() == [("x",)]


@pytest.mark.parametrize("statement", ["SET LOCAL lock_timeout = '0 min'", "RESET lock_timeout", "RESET ALL"])
def test_m15_what_switches_the_timeout_off(connection, statement):
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '2s'")
        connection.execute(statement)
        assert connection.execute("SHOW lock_timeout").fetchone() == ("0",)


def test_m16_a_query_with_a_write_in_it_changes_the_rows(connection):
    connection.execute("WITH gone AS (DELETE FROM tb_a RETURNING id) SELECT count(*) FROM gone")
    assert connection.execute("SELECT count(*) FROM tb_a").fetchone() == (0,)


@pytest.fixture
def said(connection):
    """Returns what the server says of its work on a statement."""

    def said(statement):
        messages = []
        connection.add_notice_handler(lambda notice: messages.append(notice.message_primary))
        connection.execute("SET client_min_messages = debug1")
        connection.execute(statement)
        return messages

    return said


VERIFYING = 'verifying table "tb_a"'


def test_m06_a_valid_check_saves_the_reading(connection, said):
    connection.execute("ALTER TABLE tb_a ADD CONSTRAINT ck_a CHECK (title IS NOT NULL)")
    messages = said("ALTER TABLE tb_a ALTER title SET NOT NULL")
    assert any("existing constraints on column" in message for message in messages)
    assert VERIFYING not in messages


@pytest.mark.parametrize(("null", "reads"), [("", True), ("ALTER TABLE tb_a ALTER n SET NOT NULL", False)])
def test_m06_a_primary_key_using_an_index_reads_a_column_that_may_be_null(connection, said, null, reads):
    connection.execute(
        "ALTER TABLE tb_a ADD n int; UPDATE tb_a SET n = id; CREATE UNIQUE INDEX i ON tb_a (n)"
    )
    if null:
        connection.execute(null)
    assert (VERIFYING in said("ALTER TABLE tb_a ADD PRIMARY KEY USING INDEX i")) is reads


@pytest.mark.parametrize(
    ("action", "reads"),
    [
        ("ADD CONSTRAINT c CHECK (id > 0)", True),
        ("ADD CONSTRAINT c CHECK (id > 0) NOT VALID", False),
        ("ADD n int CHECK (n > 0)", True),
        ("ADD n int", False),
    ],
)
def test_m07_a_check_is_looked_at_in_all_rows(said, action, reads):
    assert (VERIFYING in said(f"ALTER TABLE tb_a {action}")) is reads


@pytest.mark.parametrize(("default", "reads"), [("", False), ("DEFAULT NULL", True), ("DEFAULT 1", True)])
def test_m07_a_foreign_key_of_a_new_column_is_looked_at_where_it_has_a_default(
    connection, said, default, reads
):
    connection.execute("INSERT INTO tb_b VALUES (1)")
    messages = said(f"ALTER TABLE tb_a ADD b_id int {default} REFERENCES tb_b (id)")
    assert any("validating foreign key constraint" in message for message in messages) is reads


def test_m13_cascade_takes_along_what_depends(connection):
    connection.execute("CREATE VIEW v_a AS SELECT id FROM tb_a; DROP TABLE tb_a CASCADE")
    assert connection.execute("SELECT to_regclass('v_a')").fetchone() == (None,)


def test_m14_a_commit_cuts_the_transaction_in_two(connection):
    connection.execute("BEGIN")
    connection.execute("CREATE TABLE tb_one (id int); COMMIT; CREATE TABLE tb_two (id int)")
    connection.execute("ROLLBACK")
    kept = connection.execute("SELECT to_regclass('tb_one') IS NOT NULL").fetchone()
    assert kept == (True,)


def test_m15_who_waits_for_a_lock_lets_nobody_else_have_it(connection):
    dsn = connection.info.dsn
    with psycopg.connect(dsn) as reader, psycopg.connect(dsn) as migration:
        reader.execute("SELECT FROM tb_a")  # and goes on
        migration.execute("SET lock_timeout = '10s'")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(migration.execute, "ALTER TABLE tb_a ADD n int")
            pid = migration.info.backend_pid
            while not connection.execute("SELECT pg_blocking_pids(%s) <> '{}'", [pid]).fetchone()[0]:
                pass
            connection.execute("SET lock_timeout = '50ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                connection.execute("SELECT FROM tb_a")
            reader.rollback()
            waiting.result()


@pytest.mark.parametrize(
    "use",
    [
        "UPDATE tb_c SET status = 'gone' WHERE id = 1",
        "UPDATE tb_c SET id = 2 WHERE status = 'gone'",
        "SELECT 'gone'::post_status",
        "INSERT INTO tb_c (status) VALUES ('gone')",
        "ALTER TABLE tb_c ALTER status SET DEFAULT 'gone'",
        "ALTER TABLE tb_c ADD old post_status DEFAULT 'gone'",
        "ALTER TABLE tb_c ADD CHECK (status <> 'gone')",
    ],
)
def test_m17_a_new_label_cannot_be_used_in_its_transaction(connection, use):
    made = "CREATE TYPE post_status AS ENUM ('draft')"
    table, add = "CREATE TABLE tb_c (id int, status post_status)", "ALTER TYPE post_status ADD VALUE 'gone'"

    def together(*statements: str):
        with connection.transaction(force_rollback=True):
            for statement in statements:
                connection.execute(statement)

    if connection.info.server_version >= 17_00_00:  # a type as new as the label is no danger from there on
        together(made, add, table, use)
    else:
        with pytest.raises(psycopg.errors.UnsafeNewEnumValueUsage):
            together(made, add, table, use)
    together(made.replace("'draft'", "'draft', 'gone'"), table, use)
    connection.execute(made)
    connection.execute(table)
    with pytest.raises(psycopg.errors.UnsafeNewEnumValueUsage):
        together(add, use)


def test_m19_json_has_no_equality(connection):
    connection.execute("ALTER TABLE tb_a ADD extra json")
    for query in ("SELECT DISTINCT * FROM tb_a", "SELECT * FROM tb_a UNION SELECT * FROM tb_a"):
        with pytest.raises(psycopg.errors.UndefinedFunction, match="equality operator for type json"):
            connection.execute(query)
