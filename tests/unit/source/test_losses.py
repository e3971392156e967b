"""Which statements of a rollback lose data."""

from pathlib import Path

import pytest

from toolkit.source.losses import find_losses
from toolkit.source.statements import split_statements


def losses(text):
    path = Path("a.down.sql")
    return [loss for statement in split_statements(text, path) for loss in find_losses(statement)]


@pytest.mark.parametrize(
    ("text", "loss"),
    [
        ("DROP TABLE tb_a", "drops table tb_a"),
        ("DROP TABLE IF EXISTS app.tb_a CASCADE", "drops table app.tb_a"),
        ("DROP SCHEMA app CASCADE", "drops schema app"),
        ("DROP SEQUENCE s", "drops sequence s"),
        ("DROP EXTENSION citext", "drops extension citext"),
        ("DROP VIEW v_a CASCADE", "drops v_a and whatever depends on it"),
        ("INSERT INTO tb_a SELECT fn_wipe()", "calls functions, which can do anything, and is not judged"),
        ("ALTER TABLE tb_a DETACH PARTITION tb_b", "alters table tb_a in a way that is not judged"),
        ("DROP TYPE status CASCADE", "drops status and whatever depends on it"),
        ("DROP DOMAIN app.email CASCADE", "drops app.email and whatever depends on it"),
        ("DROP FUNCTION f(int) CASCADE", "drops f and whatever depends on it"),
        ("ALTER TABLE tb_a DROP COLUMN note", "drops column tb_a.note"),
        ("ALTER TABLE app.tb_a ALTER note TYPE int USING 1", "converts column app.tb_a.note"),
        ("TRUNCATE tb_a", "empties table tb_a"),
        ("DELETE FROM tb_a WHERE id = 1", "deletes rows of tb_a"),
        ("UPDATE tb_a SET id = 1", "overwrites values of tb_a"),
        (
            "INSERT INTO tb_a VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2",
            "overwrites values of tb_a",
        ),
        ("DO $$BEGIN END$$", "DO can do anything and is not judged"),
        ("CALL p()", "CALL can do anything and is not judged"),
        ("SELECT f()", "SELECT can do anything and is not judged"),
        ("MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE", "MERGE can do anything and is not judged"),
    ],
)
def test_loss_is_named(text, loss):
    assert losses(text) == [f"a.down.sql:1: {loss}"]


@pytest.mark.parametrize(
    "text",
    [
        "DROP VIEW v_a",
        "DROP INDEX idx_a CASCADE",
        "DROP FUNCTION f(int)",
        "DROP TYPE status",
        "DROP INDEX idx_a",
        "DROP TRIGGER t ON tb_a",
        "ALTER TABLE tb_a DROP CONSTRAINT ck_a, ADD COLUMN note text",
        "CREATE OR REPLACE VIEW v_a AS SELECT 1",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "INSERT INTO tb_a VALUES (1) ON CONFLICT DO NOTHING",
        "REVOKE ALL ON tb_a FROM cqrs_read",
        "COMMENT ON TABLE tb_a IS NULL",
        "REFRESH MATERIALIZED VIEW mv_a",
    ],
)
def test_what_can_be_made_again_is_no_loss(text):
    assert losses(text) == []


def test_every_loss_has_its_line():
    found = losses("DROP TABLE a, b;\n\nALTER TABLE c\n    DROP x,\n    DROP y;")
    assert found == [
        "a.down.sql:1: drops table a",
        "a.down.sql:1: drops table b",
        "a.down.sql:3: drops column c.x",
        "a.down.sql:3: drops column c.y",
    ]


@pytest.mark.parametrize(
    ("text", "loss"),
    [
        (
            "WITH gone AS (DELETE FROM tb_a RETURNING id) INSERT INTO tb_b SELECT id FROM gone",
            "deletes rows of tb_a",
        ),
        (
            "CREATE TABLE tb_b AS WITH gone AS (DELETE FROM tb_a RETURNING id) SELECT id FROM gone",
            "deletes rows of tb_a",
        ),
        (
            "INSERT INTO tb_b WITH new AS (UPDATE tb_a SET id = 1 RETURNING id) SELECT id FROM new",
            "overwrites values of tb_a",
        ),
        ("EXPLAIN ANALYZE DELETE FROM tb_a", "EXPLAIN can do anything and is not judged"),
    ],
)
def test_loss_inside_of_another_statement_is_found(text, loss):
    assert losses(text) == [f"a.down.sql:1: {loss}"]


def test_rows_that_are_only_added_are_no_loss():
    assert losses("WITH new AS (SELECT 1) INSERT INTO tb_b SELECT * FROM new") == []
    assert losses("CREATE TABLE tb_b AS WITH new AS (SELECT 1) SELECT * FROM new") == []
