"""Renames that a plan asks about."""

import pytest

from toolkit.catalog.catalog import Catalog, Entry
from toolkit.plan.planner import make_plan


def catalog(*entries: Entry):
    return Catalog(18, entries, ())


def view(name, query="SELECT 1 AS a"):
    return Entry(
        "VIEW", "public", name, f"CREATE VIEW public.{name} AS\n {query};", drop=f"DROP VIEW public.{name}"
    )


def table(name, *columns: str):
    lines = ",\n    ".join(columns)
    drop = f"DROP TABLE public.{name}"
    return Entry("TABLE", "public", name, f"CREATE TABLE public.{name} (\n    {lines}\n);", drop=drop)


def asked(before, after):
    pairs = make_plan(catalog(*before), catalog(*after)).possible_renames
    return [(f"{old.kind} {old.name}", new.name) for old, new in pairs]


def test_object_that_differs_by_its_name_only_is_asked_about():
    assert asked([view("v_a"), view("v_b", "SELECT 2 AS a")], [view("v_c")]) == [("VIEW v_a", "v_c")]


def test_what_could_be_either_is_not_asked_about_twice():
    assert asked([view("v_a")], [view("v_b"), view("v_c")]) == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [(("a integer", "b text", "d integer"), [("TABLE t", "u")]), (("a integer", "x text", "d integer"), [])],
)
def test_tables_that_share_most_columns_are_asked_about(columns, expected):
    assert (
        asked([table("t", "a integer", "b text", "c integer", "d integer")], [table("u", *columns)])
        == expected
    )


def test_column_of_the_same_definition_is_asked_about():
    before = table("t", "id integer", "mail text NOT NULL", "n integer")
    after = table("t", "id integer", "email text NOT NULL", "k integer DEFAULT 1")
    assert asked([before], [after]) == [("COLUMN t.mail", "t.email")]


def test_columns_that_could_be_either_are_not_asked_about():
    before, after = table("t", "a text", "b text"), table("t", "c text", "d text")
    assert asked([before], [after]) == []


def test_what_has_another_definition_is_not_asked_about():
    assert asked([view("v_a")], [view("v_b", "SELECT 2 AS a")]) == []
