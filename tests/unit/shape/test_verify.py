from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.core.notation import read
from toolkit.core.shapes import covers
from toolkit.shape.documents import literal, loosened
from toolkit.shape.verify import check

documents = st.recursive(
    st.none()
    | st.booleans()
    | st.text(max_size=4)
    | st.decimals(allow_nan=False, allow_infinity=False, places=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
FITS = [
    ("text?", None),
    ("text", ""),
    ("integer", 3),
    ("numeric", Decimal("1.10")),
    ("numeric", 7),
    ("float8", "NaN"),
    ("numeric(10,2)", Decimal("-99999999.99")),
    ("boolean", True),
    ("=true", True),
    ("text in (a|b)", "b"),
    ('="x"', "x"),
    ("numeric in (1.50)", Decimal("1.5")),
    ("integer in (1|2)", 2),
    ("[text?]", [None, "a"]),
    ("[]", []),
    ("[text, integer,]", ["a", 1]),
    ("{a: text, b?: text}", {"a": "x"}),
    ("{[key]: integer}", {"x": 1, "y": 2}),
    ("({a: text} | [text])", ["a"]),
    ("opaque<why>", {"any": None}),
    ("null", None),
    ("varchar(3)", "äöü"),
    ("char(2)", "a "),
    ("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("date", "0044-03-15 BC"),
    ("timestamptz", "2026-01-02T03:04:05.6+02:00"),
    ("timestamp", "infinity"),
    ("timestamp", "2026-01-02T03:04:05"),
    ("time", "24:00:00"),
    ("timetz", "00:00:00+00"),
    ("bytea", "\\x00ff"),
    ("smallint", -32768),
    ("email<text>", "a@b"),
    ("level<text> in (low|high)", "low"),
    ("inet", "::1"),
]
FAILS = [
    ("text", None, (), "null, where text is promised"),
    ("text", 3, (), "3, where text is promised"),
    ("integer", True, (), "True, where integer is promised"),
    ("integer", Decimal("1.5"), (), "Decimal('1.5'), where integer is promised"),
    ("smallint", 32768, (), "32768, where smallint is promised"),
    ("numeric(4,1)", Decimal("1000.0"), (), "Decimal('1000.0'), where numeric(4,1) is promised"),
    ("numeric(4,1)", Decimal("1.25"), (), "Decimal('1.25'), where numeric(4,1) is promised"),
    ("numeric", "1", (), "'1', where numeric is promised"),
    ("text in (a|b)", "c", (), "'c', where text in (a|b) is promised"),
    ("{a: {b: text}}", {"a": {"b": None}}, ("a", "b"), "null, where text is promised"),
    ("{a: text}", {}, ("a",), "absent, though it is promised"),
    ("{a: text}", {"a": "", "b": 1}, ("b",), "a key that is not promised"),
    ("{a?: text}", {"a": None}, ("a",), "null, where text is promised"),
    ("[text]", ["a", None], ("1",), "null, where text is promised"),
    ("[text,]", [], (), "0 elements, where the contract has 1"),
    ("[text]", {}, (), "{}, where [text] is promised"),
    ("{[key]: integer}", {"a": "x"}, ("a",), "'x', where integer is promised"),
    ("({a: text} | {a: text, b: text})", {"a": "", "b": 1}, ("b",), "1, where text is promised"),
    ("varchar(2)", "abc", (), "'abc', where varchar(2) is promised"),
    ("char(2)", "a", (), "'a', where char(2) is promised"),
    ("uuid", "x", (), "'x', where uuid is promised"),
    ("timestamptz", "2026-01-02T03:04:05", (), "'2026-01-02T03:04:05', where timestamptz is promised"),
    ("date", "2026-01-02T03:04:05", (), "'2026-01-02T03:04:05', where date is promised"),
    ("()", 1, (), "1, where nothing is promised"),
]


@pytest.mark.parametrize(("shape", "document"), FITS)
def test_document_that_fits(shape, document):
    assert list(check(document, read(shape))) == []


@pytest.mark.parametrize(("shape", "document", "path", "problem"), FAILS)
def test_document_that_does_not_fit(shape, document, path, problem):
    assert list(check(document, read(shape))) == [(path, problem)]


@given(documents)
def test_every_document_has_its_own_shape(document):
    shape = literal(document)
    assert list(check(document, shape)) == []
    assert list(check(document, loosened(shape))) == []
    assert covers(loosened(shape), shape)


@given(documents, documents)
def test_a_document_that_fits_the_shape_of_another_is_the_same(one, other):
    assert bool(list(check(one, literal(other)))) != same(one, other)


def same(one, other):
    """Tell whether two documents are one; to Python, False is 0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other
