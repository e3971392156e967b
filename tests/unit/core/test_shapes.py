from dataclasses import replace
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import shapes
from toolkit.core.shapes import (
    NEVER,
    Array,
    Null,
    Object,
    Opaque,
    Property,
    Scalar,
    Tuple,
    Union,
    accepts_null,
    canonical_json,
    covers,
    digest,
    not_null,
    or_null,
    plain,
    union_of,
)

TEXT, INTEGER = Scalar("text"), Scalar("integer")
PAIRS = [
    (or_null(TEXT), TEXT, True),
    (TEXT, or_null(TEXT), False),
    (or_null(TEXT), Null(), True),
    (TEXT, Scalar("text", values=("a",)), True),
    (Scalar("text", values=("a", "b")), Scalar("text", values=("a",)), True),
    (Scalar("text", values=("a",)), TEXT, False),
    (Array(TEXT), Tuple(()), True),
    (Array(TEXT), Tuple((INTEGER,)), False),
    (Object((Property("a", TEXT, optional=True),)), Object(()), True),
    (Object((Property("a", TEXT),)), Object(()), False),
    (Object(()), Object((Property("a", TEXT),)), False),
    (Object((), TEXT), Object((Property("a", TEXT),)), True),
    (Object((Property("a", TEXT, optional=True),)), Object((), INTEGER), False),
    (Opaque("x"), Object(()), True),
    (Union((TEXT, INTEGER)), TEXT, True),
]


def test_covers():
    assert [(wide, narrow, covers(wide, narrow)) for wide, narrow, _ in PAIRS] == PAIRS


@example([Array(Opaque("1")), Array(Opaque("0"))], Random(1))
@given(st.lists(shapes(), max_size=4), st.randoms())
def test_union_covers_its_parts_and_knows_no_order(parts, random):
    whole = union_of(parts)
    assert all(covers(whole, part) for part in parts)
    random.shuffle(parts)
    assert canonical_json(union_of(parts)) == canonical_json(whole)
    assert union_of([whole, *parts]) == whole


@given(shapes())
def test_null_is_added_and_taken_away(shape):
    assert accepts_null(or_null(shape))
    assert isinstance(shape, Opaque) or not accepts_null(not_null(shape))
    assert covers(shape, shape)
    assert covers(or_null(shape), shape)
    assert not covers(NEVER, shape) or shape == NEVER


def test_union_leaves_out_what_is_said_already():
    assert union_of([TEXT, Scalar("text", values=("a",))]) == TEXT
    closed = union_of([Scalar("text", values=("b",)), Scalar("text", values=("a",))])
    assert closed == Scalar("text", values=("a", "b"))
    assert union_of([Scalar("boolean", values=(v,)) for v in ("true", "false")]) == Scalar("boolean")
    assert union_of([Null(), TEXT]) == or_null(TEXT)
    assert union_of([TEXT, Opaque("why")]) == Opaque("why")
    assert union_of([]) == NEVER


def test_order_of_keys_and_origin_do_not_count_in_the_hash():
    one = Object((Property("a", TEXT), Property("b", INTEGER)))
    other = Object((Property("b", replace(INTEGER, origin="tb_x.b")), Property("a", TEXT)))
    assert canonical_json(one) == canonical_json(other)
    assert digest(plain(one)) == digest(plain(other))
    assert canonical_json(one) != canonical_json(Object((Property("a", TEXT), Property("b", TEXT))))
    assert len({canonical_json(each) for each, _, _ in PAIRS}) == len({each for each, _, _ in PAIRS})
