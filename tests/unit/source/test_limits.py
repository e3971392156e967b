"""What CHECK expressions, as PostgreSQL prints them, say about columns."""

import pytest

from toolkit.source.limits import Limit, read_limits


@pytest.mark.parametrize(
    ("expression", "column", "test", "values"),
    [
        ("(status = ANY (ARRAY['draft'::text, 'open'::text]))", "status", "in", ("draft", "open")),
        (
            "((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
            "kind",
            "in",
            ("a", "b"),
        ),
        ("(char_length(title) >= 3)", "title", "length >=", ("3",)),
        ("(length((name)::text) < 9)", "name", "length <", ("9",)),
        ("(octet_length(raw) <= 10)", "raw", "octets <=", ("10",)),
        ("(cardinality(tags) <= 10)", "tags", "elements <=", ("10",)),
        ("(a > '-5'::integer)", "a", ">", ("-5",)),
        ("(3 < a)", "a", ">", ("3",)),
        ("((quantity)::numeric >= 0.5)", "quantity", ">=", ("0.5",)),
        ("(VALUE ~~ '%@%'::text)", "value", "like", ("%@%",)),
        ("(code ~ '^[A-Z]+$'::text)", "code", "regex", ("^[A-Z]+$",)),
    ],
)
def test_single_condition_is_certain(expression, column, test, values):
    assert read_limits(expression) == (Limit(column, test, values, certain=True),)


def test_conjunction_gives_each_of_its_conditions():
    assert read_limits("((a >= 1) AND (a <= 9) AND (b = 'x'::text))") == (
        Limit("a", ">=", ("1",), certain=True),
        Limit("a", "<=", ("9",), certain=True),
        Limit("b", "=", ("x",), certain=True),
    )


@pytest.mark.parametrize("expression", ["((a > 1) OR (b > 2))", "(NOT ((a > 1) AND (b > 2)))"])
def test_way_among_others_is_not_certain(expression):
    assert {(limit.column, limit.certain) for limit in read_limits(expression)} == {
        ("a", False),
        ("b", False),
    }


@pytest.mark.parametrize(
    "expression",
    [
        "((n)::integer >= 3)",  # rounds 2.6 up
        "((n)::text < '5'::text)",  # sorts as text
        "((n % 2) = 0)",
        "(CASE WHEN (n = 1) THEN false ELSE true END)",
        "((n = 1) = (m IS NOT NULL))",
        "(n > m)",
    ],
)
def test_what_is_not_understood_is_mentioned_only(expression):
    found = read_limits(expression)
    assert {limit.test for limit in found} == {"mentioned"}
    assert "n" in {limit.column for limit in found}
