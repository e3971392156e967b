"""What the fixes of the linter write is SQL that PostgreSQL takes, and does what the rule asks for."""

import re
from pathlib import Path

import psycopg
import pytest

from toolkit.core.settings import Settings
from toolkit.lint.fixes import mend
from toolkit.lint.run import lint_files
from toolkit.lint.selection import select

PROJECT = Settings(root=Path("/nowhere"), sql=Path("/nowhere/sql"), migrations=Path("/nowhere/migrations"))
PATH = PROJECT.sql / "a.sql"
CASES = Path(__file__).parents[2] / "cases/lint/fixes"
TABLES = """
CREATE SCHEMA app;
CREATE TABLE tb_a (id int PRIMARY KEY, a boolean, b json, k text, x int);
CREATE TABLE tb_b (id int PRIMARY KEY, a int, b json, k text, x int, "(" int);
CREATE TABLE tv_a (id int, data jsonb);
CREATE MATERIALIZED VIEW mv_a AS SELECT 1 AS id;
INSERT INTO tb_a VALUES (1, true, '[]', 'k', 1);
"""


@pytest.fixture
def connection(scratch_by_major):
    conninfo = scratch_by_major.create()
    with psycopg.connect(conninfo) as connection:
        connection.execute(TABLES)
        yield connection
    scratch_by_major.release(conninfo)


def fixed(text):
    """Return a text with everything fixed that can be."""
    selection = select(PROJECT)
    result = mend(
        lambda texts: lint_files([PATH], PROJECT, selection, texts),
        lambda examined, _: examined,
        PROJECT,
        {PATH: text},
        unsafe=True,
    )
    assert result.left == {}
    return result.texts.get(PATH, text)


def takes(connection, sql):
    """Return whether the server takes statements, and undo them."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql)
    except psycopg.Error:
        return False
    return True


def test_the_server_takes_after_fixes_what_it_took_before(connection):
    taken = 0
    for file in sorted(CASES.glob("*.sql")):
        for before in re.split(r"^-- ==== .*\n", file.read_text(), flags=re.MULTILINE)[1:]:
            if takes(connection, before):
                taken += 1
                assert takes(connection, fixed(before)), before
    assert taken > 25


def test_p02_the_search_path_is_that_of_the_function(connection):
    sql = "CREATE FUNCTION fn_a() RETURNS text LANGUAGE sql\nSECURITY DEFINER\nAS 'SELECT k FROM tb_a';"
    for text, found in ((sql, "stolen"), (fixed(sql), "k")):
        with connection.transaction(force_rollback=True):
            connection.execute(text)
            connection.execute("CREATE TABLE app.tb_a AS SELECT 'stolen' AS k; SET search_path = app, public")
            assert connection.execute("SELECT fn_a()").fetchone() == (found,)


def test_q02_the_function_can_write(connection):
    sql = "CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql STABLE AS 'DELETE FROM tb_a RETURNING id';"
    assert not takes(connection, f"{sql} SELECT fn_a()")
    assert takes(connection, f"{fixed(sql)} SELECT fn_a()")


@pytest.mark.parametrize(
    "parameters",
    [
        "", "int", "p_a numeric(9,2), p_b varchar(10)", "timestamptz, time, bit varying(3), interval",
        "OUT a int, INOUT b text[], IN c int DEFAULT 1", "VARIADIC p_a float8[]", "app.state, app.state[]",
        "char(3)",
    ],
)  # fmt: skip
def test_q12_only_who_is_granted_may_execute(connection, parameters):
    result = "" if "OUT" in parameters else "RETURNS int"
    sql = f"CREATE FUNCTION app.fn_a({parameters}) {result} LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN END';"
    question = "SELECT has_function_privilege('somebody', oid, 'EXECUTE') FROM pg_proc WHERE proname = 'fn_a'"
    for text, may in ((sql, True), (fixed(sql), False)):
        with connection.transaction(force_rollback=True):
            connection.execute("CREATE TYPE app.state AS ENUM ('on'); CREATE ROLE somebody")
            connection.execute(text)
            assert connection.execute(question).fetchone() == (may,)


def test_the_documents_are_what_the_rules_ask_for(connection):
    sql = """CREATE VIEW v_a AS SELECT a.id, json_build_object(
        'theTitle', a.k, 'list', (SELECT json_agg(b.x) FROM tb_b b),
        'keys', (SELECT json_object_agg(k, x) FROM tb_b),
        'all', COALESCE((SELECT json_agg(b.x) FROM tb_b b), '[]'::json)) AS data FROM tb_a a;"""
    connection.execute(fixed(sql))
    assert connection.execute("SELECT pg_typeof(data)::text, data FROM v_a").fetchone() == (
        "jsonb",
        {"id": 1, "the_title": "k", "list": [], "keys": {}, "all": []},
    )
