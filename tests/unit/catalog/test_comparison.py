"""Comparing entries, for what a test server seldom has."""

import pytest

from toolkit.catalog.catalog import Entry
from toolkit.catalog.comparison import canonical_text, differences


def test_right_granted_by_another_role_keeps_its_grantor():
    plain = "GRANT SELECT ON TABLE public.t TO b;\n"
    by_a = (
        "SET SESSION AUTHORIZATION a;\nGRANT SELECT ON TABLE public.t TO c;\nRESET SESSION AUTHORIZATION;\n"
    )
    texts = [canonical_text(Entry("ACL", "public", "TABLE t", text)) for text in (plain + by_a, by_a + plain)]
    assert texts[0] == texts[1]
    unmarked = plain + "GRANT SELECT ON TABLE public.t TO c;\n"
    assert canonical_text(Entry("ACL", "public", "TABLE t", unmarked)) != texts[0]


@pytest.mark.parametrize("field", ["owner", "tablespace", "access_method"])
def test_attributes_beside_the_definition_count(field):
    entry = Entry("TABLE", "public", "t", "CREATE TABLE public.t (\n);")
    other = Entry("TABLE", "public", "t", "CREATE TABLE public.t (\n);", **{field: "x"})
    name = field.replace("_", " ")
    assert differences([entry], [other]) == [f"TABLE public.t: {name} differs: none in first, x in second"]


def test_name_that_a_person_gave_to_not_null_counts():
    def table(constraint):
        return Entry(
            "TABLE", "public", "t", f"CREATE TABLE public.t (\n    a integer{constraint} NOT NULL\n);"
        )

    assert differences([table("")], [table(" CONSTRAINT t_a_not_null1")]) == []
    assert differences([table("")], [table(' CONSTRAINT "T_A_not_null"')]) == []
    assert len(differences([table("")], [table(" CONSTRAINT nn")])) == 1


def test_name_like_text_in_a_default_is_left_alone():
    def table(text):
        return Entry(
            "TABLE", "public", "t", f"CREATE TABLE public.t (\n    a text DEFAULT '{text} NOT NULL'\n);"
        )

    assert len(differences([table("")], [table(" CONSTRAINT a_not_null")])) == 1


def test_partition_key_is_not_taken_for_the_columns():
    def table(key):
        return Entry(
            "TABLE", "public", "t", f"CREATE TABLE public.t OF public.ct\nPARTITION BY RANGE ({key});"
        )

    assert len(differences([table("a, b")], [table("b, a")])) == 1
