"""What the rules about migrations say of locks and rewriting, shown on the oldest and the newest server."""

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
def test_what_writes_a_table_anew(rewrites, action, expected):
    assert rewrites(f"ALTER TABLE tb_a {action}") is expected


@pytest.mark.parametrize("statement", ["VACUUM FULL tb_a", "CLUSTER tb_a USING idx_a"])
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
    ],
)  # fmt: skip
def test_what_a_statement_locks(connection, locks, statement, lock):
    connection.execute("CREATE INDEX idx_a ON tb_a (id)")
    connection.execute("ALTER TABLE tb_a ADD CONSTRAINT ck_later CHECK (id < 100) NOT VALID")
    assert lock in locks(statement)


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


def test_m06_a_valid_check_saves_the_reading(connection):
    connection.execute("ALTER TABLE tb_a ADD CONSTRAINT ck_a CHECK (title IS NOT NULL)")
    said = []
    connection.add_notice_handler(lambda notice: said.append(notice.message_primary))
    connection.execute("SET client_min_messages = debug1")
    connection.execute("ALTER TABLE tb_a ALTER title SET NOT NULL")
    assert any(
        "existing constraints on column" in message and "sufficient to prove" in message for message in said
    )
