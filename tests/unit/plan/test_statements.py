"""Statements of whole objects, and how they are undone and said again."""

import pytest

from toolkit.catalog.catalog import Entry
from toolkit.plan.statements import definition, making_again, or_replace, quote, undoing, undoing_again


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE VIEW v AS SELECT 1", "CREATE OR REPLACE VIEW v AS SELECT 1"),
        ("create /* a */ or -- b\n replace view v AS SELECT 1", None),
        ("Create Function f()", "Create OR REPLACE Function f()"),
        ("ALTER VIEW v RESET (x)", None),
    ],
)
def test_or_replace_is_put_where_it_is_not(text, expected):
    assert or_replace(text) == (expected or text)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (
            "COMMENT",
            "COMMENT ON COLUMN \"a IS 'b\".c IS 'x IS ''y''';",
            'COMMENT ON COLUMN "a IS \'b".c IS NULL',
        ),
        ("COMMENT", "COMMENT ON VIEW a.b IS E'x\\\\y';", "COMMENT ON VIEW a.b IS NULL"),
        (
            "TABLE ATTACH",
            'ALTER TABLE ONLY a."b c" ATTACH PARTITION a.d FOR VALUES IN (1);',
            'ALTER TABLE a."b c" DETACH PARTITION a.d',
        ),
        (
            "PUBLICATION TABLE",
            "ALTER PUBLICATION p ADD TABLE ONLY a.b (c) WHERE (c > 1);",
            "ALTER PUBLICATION p DROP TABLE a.b",
        ),
        (
            "ROW SECURITY",
            "ALTER TABLE a.b ENABLE ROW LEVEL SECURITY;",
            "ALTER TABLE a.b DISABLE ROW LEVEL SECURITY",
        ),
        ("SOMETHING NEW", "CREATE SOMETHING NEW a;", None),
    ],
)
def test_what_has_no_drop_is_undone_by_its_kind(kind, text, expected):
    assert undoing(Entry(kind, "a", "x", text)) == expected


def test_definition_is_cut_into_statements():
    text = "CREATE TABLE a.b (\n    c text DEFAULT ';'\n);\n\nALTER TABLE ONLY a.b REPLICA IDENTITY FULL;"
    assert definition(Entry("TABLE", "a", "b", text)) == (
        "CREATE TABLE a.b (\n    c text DEFAULT ';'\n)",
        "ALTER TABLE ONLY a.b REPLICA IDENTITY FULL",
    )


@pytest.mark.parametrize(("populated", "words"), [(True, "WITH DATA"), (False, "WITH NO DATA")])
def test_materialised_view_is_filled_where_it_was(populated, words):
    text = "CREATE MATERIALIZED VIEW a.b AS\n SELECT 1\n  WITH NO DATA;"
    (sql,) = definition(Entry("MATERIALIZED VIEW", "a", "b", text, populated=populated))
    assert sql == f"CREATE MATERIALIZED VIEW a.b AS\n SELECT 1\n  {words}"


def test_statements_are_said_so_that_they_may_run_again():
    assert making_again("VIEW", "CREATE VIEW v AS SELECT 1") == "CREATE OR REPLACE VIEW v AS SELECT 1"
    assert "WHEN duplicate_object OR duplicate_table" in making_again("POLICY", "CREATE POLICY p ON t")
    assert undoing_again("VIEW", "DROP VIEW a.v") == "DROP VIEW IF EXISTS a.v"
    drop = "ALTER TABLE ONLY a.t DROP CONSTRAINT c"
    assert undoing_again("FK CONSTRAINT", drop) == "ALTER TABLE ONLY a.t DROP CONSTRAINT IF EXISTS c"


@pytest.mark.parametrize(
    ("name", "expected"), [("a_1", "a_1"), ("A", '"A"'), ("user", '"user"'), ('a"b', '"a""b"')]
)
def test_names_are_quoted_where_they_need_it(name, expected):
    assert quote(name) == expected
