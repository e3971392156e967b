"""Loading statements into an empty database, on the oldest and the newest PostgreSQL."""

import random
from pathlib import Path

import psycopg
import pytest

from toolkit.errors import LoadFailed, RightMissing
from toolkit.server.load import load_sql
from toolkit.source.statements import split_statements

FILE = Path("sql/a.sql")


@pytest.fixture
def database(scratch_by_major):
    conninfo = scratch_by_major.create()
    yield conninfo
    scratch_by_major.release(conninfo)


@pytest.fixture
def load(database):
    return lambda text, **options: load_sql(database, split_statements(text, FILE), **options)  # type: ignore[arg-type]


@pytest.fixture
def ask(database):
    def ask(question):
        with psycopg.connect(database) as connection:
            return connection.execute(question).fetchall()

    return ask


def test_statements_in_any_order_are_loaded(load, ask):
    """What the parse tree hides (an operator, a key that a view groups by) is found by trying again."""
    statements = [
        "CREATE VIEW v AS SELECT id, name FROM t GROUP BY id",
        "CREATE VIEW v_op AS SELECT 1 === 1 AS yes",
        "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = fn_same)",
        "CREATE FUNCTION fn_same(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2'",
        "ALTER TABLE t ADD PRIMARY KEY (id)",
        "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES u (id)",
        "ALTER TABLE u ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES t (id)",
        "CREATE TABLE u (id int UNIQUE)",
        "CREATE TABLE t (id int, name text)",
        "COMMENT ON VIEW v IS 'x'",
        "CREATE TABLE app.a (id int)",
        "CREATE SCHEMA app",
    ]
    random.Random(3).shuffle(statements)
    load(";\n".join(statements))
    assert ask("SELECT count(*) FROM pg_class WHERE relname IN ('t', 'u', 'v', 'v_op', 'a')") == [(5,)]
    assert ask("SELECT yes FROM v_op") == [(True,)]


def test_statements_that_are_tried_again_hold_no_lock_for_it(load, ask):
    """A savepoint left open would be one more level, with a transaction id and its lock, for each failure."""
    views = [f"CREATE VIEW v{place} AS SELECT FROM v{place + 1}" for place in range(20)]
    held = "SELECT FROM pg_locks, v0 WHERE locktype = 'transactionid' AND pid = pg_backend_pid()"
    load(";\n".join([f"CREATE MATERIALIZED VIEW mv AS {held}", *views, "CREATE VIEW v20 AS SELECT"]))
    assert ask("SELECT count(*) < 30 FROM mv") == [(True,)]


def test_failure_names_file_line_and_postgresqls_words_and_leaves_nothing(load, ask):
    view = "CREATE VIEW v AS\nSELECT 'é😀',\n  id,\n  nothing\nFROM t"
    with pytest.raises(LoadFailed) as caught:
        load(f"CREATE TABLE t (id int);\n-- é\n{view};\nCOMMENT ON VIEW v IS 'x'")
    assert (caught.value.path, caught.value.line, caught.value.sqlstate) == (FILE, 6, "42703")
    assert str(caught.value) == 'sql/a.sql:6: column "nothing" does not exist (1 more could not run)'
    assert ask("SELECT FROM pg_class WHERE relname = 't'") == []


def test_error_that_no_later_statement_cures_ends_the_load_at_once(load):
    with pytest.raises(
        LoadFailed, match=r"^sql/a\.sql:1: CREATE INDEX CONCURRENTLY cannot run inside a transaction"
    ):
        load("CREATE INDEX CONCURRENTLY ON pg_class (oid);\nCREATE TABLE t (id nothing)")


def test_detail_and_hint_are_kept(load):
    with pytest.raises(
        LoadFailed, match=r"function nothing\(\) does not exist  HINT: .* explicit type casts"
    ):
        load("CREATE TABLE t (id int DEFAULT nothing())")


BODIES = [
    (
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\nSELECT 1\n  FROM nowhere$$",
        'relation "nowhere" does not exist',
    ),
    (
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETRUN 1;\nEND$$",
        "syntax error at or near",
    ),
    (
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE plpgsql AS '\nBEGIN\n  RETRUN ''é'';\nEND'",
        "syntax error",
    ),
    (
        "CREATE /* x */ -- y\nPROCEDURE f() LANGUAGE plpgsql AS $$ BEGIN\n  a := 1; END$$",
        '"a" is not a known variable',
    ),
]


@pytest.mark.parametrize(("text", "words"), BODIES)
def test_wrong_body_names_the_line_in_the_file(load, ask, text, words):
    with pytest.raises(LoadFailed) as caught:
        load(f"CREATE TABLE t (id int);\n\n{text};\nCREATE TABLE u (id int)")
    assert caught.value.line == 5
    assert words in caught.value.words
    assert ask("SELECT FROM pg_class WHERE relname = 't'") == []


def test_bodies_may_call_what_comes_later_and_see_their_own_search_path(load, ask):
    load(
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = app AS 'SELECT g() + id FROM t';"
        "CREATE SCHEMA app; CREATE TABLE app.t (id int);"
        "CREATE FUNCTION app.g() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    )
    assert ask("SELECT f()") == [(None,)]


def test_checking_bodies_changes_nothing(load, ask):
    load(
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() STRICT COST 7;"
        "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC"
    )
    assert ask("SELECT proisstrict, procost, has_function_privilege('public', oid, 'EXECUTE')"
               " FROM pg_proc WHERE proname = 'f'") == [(True, 7, False)]  # fmt: skip


def test_objects_go_to_the_schema_and_belong_to_the_owner(load, ask):
    load("CREATE ROLE load_owner; CREATE SCHEMA app AUTHORIZATION load_owner")
    try:
        load("CREATE TABLE t (id int)", schema="app", owner="load_owner")
        assert ask("SELECT relnamespace::regnamespace::text, relowner::regrole::text FROM pg_class"
                   " WHERE relname = 't'") == [("app", "load_owner")]  # fmt: skip
    finally:
        load("DROP OWNED BY load_owner; DROP ROLE load_owner")


def test_owner_that_does_not_exist_is_one_sentence(load):
    with pytest.raises(
        RightMissing, match='The role nobody_at_all can\'t be taken: role "nobody_at_all" does not'
    ):
        load("CREATE TABLE t (id int)", owner="nobody_at_all")
