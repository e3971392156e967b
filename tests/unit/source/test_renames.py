"""Reading what artifacts say about former names."""

from pathlib import Path

import pytest

from toolkit.errors import ArtifactError
from toolkit.source.renames import Renamed, read_renames


def read(text):
    return read_renames(text, Path("a.sql"), "public")


def said(*values: str | int):
    return Renamed(*values[:5], f"a.sql:{values[5]}")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("CREATE TABLE tb_new (a int)", ("TABLE", "public", "", "x", "tb_new")),
        ("CREATE VIEW other.v_new AS SELECT 1", ("VIEW", "other", "", "x", "v_new")),
        ("CREATE MATERIALIZED VIEW mv AS SELECT 1", ("MATERIALIZED VIEW", "public", "", "x", "mv")),
        ("CREATE INDEX idx_new ON other.t (a)", ("INDEX", "other", "", "x", "idx_new")),
        (
            "CREATE FUNCTION fn(p int) RETURNS int LANGUAGE sql AS ''",
            ("FUNCTION", "public", "", "x", "fn"),
        ),
        ("CREATE PROCEDURE pr() LANGUAGE sql AS ''", ("PROCEDURE", "public", "", "x", "pr")),
        ("CREATE TYPE t AS ENUM ('a')", ("TYPE", "public", "", "x", "t")),
        ("CREATE TYPE t AS (a int)", ("TYPE", "public", "", "x", "t")),
        ("CREATE DOMAIN d AS int", ("DOMAIN", "public", "", "x", "d")),
        ("CREATE SEQUENCE s", ("SEQUENCE", "public", "", "x", "s")),
        ("CREATE FOREIGN TABLE ft (a int) SERVER s", ("FOREIGN TABLE", "public", "", "x", "ft")),
        (
            "CREATE TRIGGER trg BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
            ("TRIGGER", "public", "t", "x", "trg"),
        ),
    ],
)
def test_line_above_a_statement_is_about_what_it_makes(statement, expected):
    text = f"SELECT 1;\n\n-- toolkit: renamed from X\n-- More words.\n{statement};"
    assert read(text) == [said(*expected, 3)]


def test_line_above_a_column_or_constraint_is_about_that():
    text = """CREATE TABLE t (
    a int,
    -- toolkit: renamed from "B ""old"
    b int CHECK (b > 0),
    -- toolkit: renamed from ck_old
    CONSTRAINT ck_new CHECK (a > 0), -- toolkit: renamed from c_old
    c int
)"""
    assert read(text) == [
        said("COLUMN", "public", "t", 'B "old', "b", 3),
        said("CONSTRAINT", "public", "t", "ck_old", "ck_new", 5),
        said("COLUMN", "public", "t", "c_old", "c", 6),
    ]


def test_same_words_in_a_string_or_body_say_nothing():
    text = "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$\n-- toolkit: renamed from x\nSELECT 'a' $$;"
    assert read(text + "COMMENT ON TABLE t IS '-- toolkit: renamed from x'") == []


@pytest.mark.parametrize(
    "words", ["renamed", "renamed form x", "renamed from", "renamed from a.b", "renamed from a b"]
)
def test_line_that_names_nothing_is_refused(words):
    with pytest.raises(ArtifactError, match=r"^a\.sql:1: a former name is missing\."):
        read(f"-- toolkit: {words}\nCREATE VIEW v AS SELECT 1")


@pytest.mark.parametrize(
    "below", ["", "COMMENT ON TABLE t IS 'x'", "CREATE TABLE t (\n-- toolkit: renamed from x\nCHECK (true))"]
)
def test_line_above_nothing_that_has_a_name_is_refused(below):
    line = "" if "renamed" in below else "-- toolkit: renamed from x\n"
    with pytest.raises(ArtifactError, match="what stands below has no name to change"):
        read(line + below)
