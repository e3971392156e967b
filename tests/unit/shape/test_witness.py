"""What documents show of a shape, and values made for one."""

import json
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.core.notation import read
from toolkit.shape.examples import example
from toolkit.shape.verify import check
from toolkit.shape.witness import expected, observed


@pytest.mark.parametrize(
    ("shape", "document", "seen"),
    [
        ("{a: text?, b?: integer}", {"a": None}, {"d is an object", "d.a is null", "d.b is absent"}),
        ("[text?]", [], {"d is empty"}),
        ("[text?]", ["x", None], {"d[] is text", "d[] is null"}),
        ("text in (x|y)", "x", {"d is x"}),
        ("boolean", True, {"d is boolean"}),
        ("({k: text} | [text])", ["x"], {"d is [text]"}),
        ("{[key]: integer}", {"n": 1}, {"d is an object", "d.[key] is integer"}),
        ("[text, integer,]", ["x", 1], {"d[0] is text", "d[1] is integer"}),
        ("opaque<r>", {"any": 1}, set()),
    ],
)
def test_document_shows_what_is_in_it(shape, document, seen):
    assert set(observed(document, read(shape), "d")) == seen
    assert seen <= set(expected(read(shape), "d"))


LEAF = st.sampled_from(
    [
        "text",
        "uuid",
        "integer",
        "bigint",
        "numeric(6,2)",
        "boolean",
        "text in (x|y)",
        "varchar(2)",
        "timestamptz",
    ]
)
SHAPE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        inner.map(lambda text: f"[{text}?]"),
        st.dictionaries(st.sampled_from(["a", "b", "c?"]), inner, max_size=3).map(
            lambda parts: "{" + ", ".join(f"{name}: {shape}" for name, shape in parts.items()) + "}"
        ),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' | '.join(parts)})"),
    ),
    max_leaves=6,
).map(read)


@given(SHAPE, st.integers(0, 99))
def test_example_has_the_shape_and_shows_only_what_it_can_show(shape, seed):
    document = json.loads(json.dumps(example(shape, Random(seed))), parse_float=Decimal)
    assert list(check(document, shape)) == []
    assert set(observed(document, shape, "d")) <= set(expected(shape, "d"))
