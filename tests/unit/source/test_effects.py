"""What applying a statement depends on."""

from pathlib import Path

import pytest

from toolkit.source.effects import ConcurrentIndex, read_effects
from toolkit.source.statements import split_statements


def effects(text):
    (statement,) = split_statements(text, Path("a.up.sql"))
    return read_effects(statement)


@pytest.mark.parametrize(
    "text", ["BEGIN", "START TRANSACTION", "COMMIT", "END", "ROLLBACK", "ABORT", "PREPARE TRANSACTION 'x'"]
)
def test_transactions_are_begun_and_ended(text):
    assert effects(text).ends_transaction


@pytest.mark.parametrize(
    "text", ["SAVEPOINT a", "RELEASE a", "ROLLBACK TO a", "SELECT 1", "DO $$BEGIN COMMIT; END$$"]
)
def test_what_leaves_the_transaction_as_it_is(text):
    assert not effects(text).ends_transaction


@pytest.mark.parametrize(
    ("text", "copies"),
    [
        ("COPY tb_a FROM STDIN", True),
        ("COPY (SELECT 1) TO STDOUT", True),
        ("COPY tb_a FROM '/data/a.csv'", False),
        ("COPY tb_a FROM PROGRAM 'cat a'", False),
    ],
)
def test_copy_to_or_from_the_client(text, copies):
    assert effects(text).copies is copies


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX CONCURRENTLY ON a (b)",
        "DROP INDEX CONCURRENTLY i",
        "REINDEX TABLE CONCURRENTLY a",
        "REINDEX (CONCURRENTLY) INDEX i",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY mv_a",
        "ALTER TABLE a DETACH PARTITION b CONCURRENTLY",
    ],
)
def test_concurrently_is_seen(text):
    assert effects(text).concurrently
    assert not effects(text.replace(" CONCURRENTLY", "").replace("(CONCURRENTLY)", "")).concurrently


def test_concurrent_index_is_known_by_name_and_table():
    made = effects("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON app.a (b)").index
    assert made == ConcurrentIndex("i", "app", "a")
    assert effects('CREATE INDEX CONCURRENTLY "I" ON "A" (b)').index == ConcurrentIndex("I", None, "A")
    assert effects("CREATE INDEX i ON a (b)").index is None
    assert effects("CREATE INDEX CONCURRENTLY ON a (b)").index is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CREATE INDEX CONCURRENTLY i ON a (b)", "IF NOT EXISTS"),
        ("CREATE VIEW v AS SELECT 1", "OR REPLACE"),
        ("UPDATE a SET b = b + 1", "step repeatable"),
        ("ALTER TABLE a ATTACH PARTITION b DEFAULT", "step repeatable"),
        ("CREATE INDEX CONCURRENTLY ON a (b)", "a name"),
        ("CREATE TABLE a ()", "IF NOT EXISTS"),
        ("DROP INDEX CONCURRENTLY i", "IF EXISTS"),
        ("ALTER TYPE status ADD VALUE 'x'", "IF NOT EXISTS"),
        ("ALTER TABLE a ADD COLUMN b int", "IF NOT EXISTS"),
        ("ALTER TABLE a DROP COLUMN b", "IF EXISTS"),
        ("ALTER TABLE a DROP CONSTRAINT c", "IF EXISTS"),
        ("ALTER TABLE a ADD CONSTRAINT c CHECK (true)", "drop the constraint IF EXISTS in the same"),
        ("ALTER TABLE a ADD CHECK (true)", "drop the constraint IF EXISTS in the same"),
        (
            "ALTER TABLE a DROP CONSTRAINT IF EXISTS d, ADD CONSTRAINT c CHECK (true)",
            "drop the constraint IF EXISTS in the same",
        ),
    ],
)
def test_statement_that_fails_when_it_is_run_again(text, words):
    assert words in effects(text).once


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b)",
        "DROP INDEX CONCURRENTLY IF EXISTS i",
        "ALTER TYPE status ADD VALUE IF NOT EXISTS 'x'",
        "ALTER TABLE a ADD COLUMN IF NOT EXISTS b int",
        "ALTER TABLE a DROP CONSTRAINT IF EXISTS c, ADD CONSTRAINT c CHECK (true)",
        "ALTER TABLE a VALIDATE CONSTRAINT c",
    ],
)
def test_statement_that_may_run_again(text):
    assert effects(text).once is None
