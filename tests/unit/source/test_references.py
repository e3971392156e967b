"""What a statement declares and needs."""

from pathlib import Path

import pytest

from toolkit.errors import ArtifactError
from toolkit.source.references import read_declaration
from toolkit.source.statements import Statement

FILE = Path("sql/a.sql")


def read(text, schema="public"):
    return read_declaration(Statement(FILE, text, 7), schema)


def names(found, *spaces: str):
    return {
        f"{name.schema}.{name.name}" if name.schema else name.name for name in found if name.space in spaces
    }


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("CREATE TABLE tb_A (id int)", "table public.tb_a"),
        ('CREATE TABLE "Odd" (id int)', "table public.Odd"),
        ("CREATE TABLE app.tb_a (id int)", "table app.tb_a"),
        ("CREATE FOREIGN TABLE ft (id int) SERVER s", "table public.ft"),
        ("CREATE VIEW v AS SELECT 1", "view public.v"),
        ("CREATE MATERIALIZED VIEW mv AS SELECT 1", "materialized view public.mv"),
        ("CREATE SEQUENCE sq", "sequence public.sq"),
        ("CREATE INDEX idx ON app.tb_a (id)", "index app.idx"),
        ("CREATE INDEX ON tb_a (id)", None),
        ("CREATE TYPE t AS (a int)", "type public.t"),
        ("CREATE TYPE t AS ENUM ('a')", "type public.t"),
        ("CREATE TYPE t AS RANGE (subtype = int)", "type public.t"),
        ("CREATE DOMAIN d AS text", "type public.d"),
        (
            "CREATE FUNCTION f(int, OUT a text, VARIADIC b tb_a[]) LANGUAGE sql AS ''",
            "routine public.f(int4, tb_a[])",
        ),
        ("CREATE FUNCTION f() RETURNS TABLE (a int) LANGUAGE sql AS ''", "routine public.f()"),
        ("CREATE FUNCTION f(app.t, public.u) RETURNS int LANGUAGE sql AS ''", "routine public.f(app.t, u)"),
        ("CREATE PROCEDURE p(a integer) LANGUAGE sql AS ''", "routine public.p(int4)"),
        ("CREATE AGGREGATE ag(int) (SFUNC = f, STYPE = int)", "routine public.ag(int4)"),
        ("CREATE AGGREGATE ag(*) (SFUNC = f, STYPE = int)", "routine public.ag()"),
        ("CREATE COLLATION c (provider = icu, locale = 'de')", "collation public.c"),
        ("CREATE STATISTICS st ON a, b FROM tb_a", "statistics public.st"),
        ("CREATE TRIGGER trg BEFORE INSERT ON tb_a EXECUTE FUNCTION f()", "trigger trg on public.tb_a"),
        ("CREATE POLICY p ON app.tb_a", "policy p on app.tb_a"),
        ("CREATE RULE r AS ON DELETE TO v DO INSTEAD NOTHING", "rule r on public.v"),
        ("CREATE SCHEMA app", "schema app"),
        ("CREATE EXTENSION citext", "extension citext"),
        ("CREATE PUBLICATION p FOR ALL TABLES", "publication p"),
        ("CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f()", "event trigger e"),
        ("CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = f)", None),
        ("COMMENT ON TABLE tb_a IS 'x'", None),
        ("GRANT SELECT ON tb_a TO somebody", None),
    ],
)
def test_identity_of_what_a_statement_makes(text, identity):
    assert read(text).identity == identity


@pytest.mark.parametrize(
    ("text", "relations"),
    [
        ("CREATE VIEW v AS SELECT * FROM tb_a JOIN app.b USING (id) WHERE EXISTS (SELECT FROM c)",
         {"public.tb_a", "app.b", "public.c"}),
        ("CREATE VIEW v AS WITH x AS (SELECT FROM tb_a) SELECT FROM x, app.x", {"public.tb_a", "app.x"}),
        ("CREATE VIEW v AS WITH x AS (SELECT FROM x) SELECT FROM x", {"public.x"}),
        ("CREATE VIEW v AS WITH x AS (SELECT FROM y), y AS (SELECT FROM x) SELECT FROM y", {"public.y"}),
        ("CREATE VIEW v AS WITH RECURSIVE x AS (SELECT UNION SELECT FROM x) SELECT FROM x", set()),
        ("CREATE VIEW v AS SELECT FROM (WITH x AS (SELECT 1) SELECT FROM x) q, x", {"public.x"}),
        ("CREATE TABLE t (id int REFERENCES a, LIKE b) INHERITS (c)", {"public.a", "public.b", "public.c"}),
        ("CREATE TABLE t PARTITION OF tb_a DEFAULT", {"public.tb_a"}),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1 FROM a; END", {"public.a"}),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM tb_a'", set()),
        ("CREATE FUNCTION f(p tb_a.id%TYPE) RETURNS int LANGUAGE sql AS ''", {"public.tb_a"}),
        ("CREATE POLICY p ON tb_a USING (EXISTS (SELECT FROM b))", {"public.tb_a", "public.b"}),
        ("CREATE TRIGGER trg BEFORE INSERT ON tb_a EXECUTE FUNCTION f()", {"public.tb_a"}),
        ("CREATE INDEX idx ON tb_a (id)", {"public.tb_a"}),
        ("CREATE SEQUENCE sq OWNED BY tb_a.id", {"public.tb_a"}),
        ("ALTER SEQUENCE sq OWNED BY app.tb_a.id", {"public.sq", "app.tb_a"}),
        ("ALTER TABLE tb_a ADD FOREIGN KEY (id) REFERENCES b", {"public.tb_a", "public.b"}),
        ("COMMENT ON COLUMN app.tb_a.id IS 'x'", {"app.tb_a"}),
        ("COMMENT ON INDEX idx IS 'x'", {"public.idx"}),
        ("COMMENT ON CONSTRAINT ck ON tb_a IS 'x'", {"public.tb_a"}),
        ("COMMENT ON TRIGGER trg ON app.tb_a IS 'x'", {"app.tb_a"}),
        ("COMMENT ON VIEW v IS 'x'", {"public.v"}),
        ("GRANT SELECT ON tb_a, app.b TO somebody", {"public.tb_a", "app.b"}),
    ],
)  # fmt: skip
def test_relations_that_a_statement_needs(text, relations):
    assert names(read(text).needs, "relation") == relations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE TABLE t (a mood DEFAULT app.f(), CHECK (g(a)), b int GENERATED ALWAYS AS (h(a)) STORED)",
         {"public.mood", "app.f", "public.g", "public.h", "pg_catalog.int4"}),
        ("CREATE FUNCTION f(a mood) RETURNS SETOF tb_a LANGUAGE sql AS ''", {"public.mood", "public.tb_a"}),
        ("CREATE TRIGGER trg BEFORE INSERT ON tb_a EXECUTE FUNCTION app.f()", {"app.f"}),
        ("CREATE DOMAIN d AS mood CHECK (f(VALUE))", {"public.mood", "public.f"}),
        ("CREATE INDEX ON tb_a (f(id))", {"public.f"}),
        ("COMMENT ON FUNCTION f(mood) IS 'x'", {"public.f", "public.mood"}),
        ("COMMENT ON TYPE mood IS 'x'", {"public.mood"}),
        ("COMMENT ON CONSTRAINT ck ON DOMAIN d IS 'x'", {"public.d"}),
        ("GRANT EXECUTE ON FUNCTION app.f TO somebody", {"app.f"}),
        ("GRANT USAGE ON TYPE app.mood TO somebody", {"app.mood"}),
        ("ALTER DOMAIN d OWNER TO somebody", {"public.d"}),
        ("ALTER FUNCTION f() OWNER TO somebody", {"public.f"}),
    ],
)  # fmt: skip
def test_routines_and_types_that_a_statement_needs(text, expected):
    assert names(read(text).needs, "routine", "type") == expected


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE app.t (id int)",
        "GRANT USAGE ON SCHEMA app TO somebody",
        "GRANT SELECT ON ALL TABLES IN SCHEMA app TO somebody",
        "COMMENT ON SCHEMA app IS 'x'",
        "CREATE EXTENSION citext SCHEMA app",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO somebody",
    ],
)
def test_schema_that_a_statement_needs(text):
    assert "app" in names(read(text).needs, "schema")


def test_unqualified_names_stand_in_the_schema_of_the_settings():
    found = read("CREATE VIEW v AS SELECT f() FROM tb_a", schema="app")
    assert names(found.declares, "relation") == {"app.v"}
    assert names(found.needs, "relation", "routine", "schema") == {"app.tb_a", "app.f", "app"}


def test_what_others_depend_on_silently_comes_first():
    first = ["CREATE SCHEMA a", "CREATE EXTENSION b", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO c"]
    assert [read(text).first for text in [*first, "CREATE TABLE t (id int)"]] == [True, True, True, False]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("insert into t values (1)", "INSERT"),
        ("UPDATE t SET a = 1", "UPDATE"),
        ("DELETE FROM t", "DELETE"),
        ("COPY t FROM STDIN", "COPY"),
        ("DROP TABLE t", "DROP"),
        ("TRUNCATE t", "TRUNCATE"),
        ("SELECT f()", "SELECT"),
        ("WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", "WITH"),
        ("CREATE TABLE t AS SELECT 1", "CREATE"),
        ("ALTER TABLE a RENAME TO b", "ALTER"),
        ("DO $$ BEGIN END $$", "DO"),
        ("COMMIT", "COMMIT"),
        ("SET search_path = app", "SET"),
        ("CREATE ROLE somebody", "CREATE"),
    ],
)
def test_statement_that_declares_nothing_is_refused(text, word):
    with pytest.raises(ArtifactError, match=rf"^sql/a\.sql:7: {word} declares no object\."):
        read(text)


def test_expression_nested_too_deeply_is_refused_in_one_sentence():
    with pytest.raises(ArtifactError, match=r"sql/a\.sql:7: the statement is nested too deeply"):
        read("CREATE VIEW v AS SELECT " + " || ".join(["a"] * 8000))  # Python 3.13 goes deeper than 3.11
