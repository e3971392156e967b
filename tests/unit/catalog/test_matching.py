"""Text made for a pattern matches it, by Python's own reading of the pattern."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.catalog.matching import text_like, text_matching

PIECE = st.one_of(
    st.sampled_from(
        ["a", "@", "-", r"\d", r"\w", "[a-c]", "[0-9_]", "[]x]", "[a-c-]", r"\.", "x*", r"\d{3}"]
    ),
    st.sampled_from(["[A-Z]{2,4}", "(ab|c)", "(a|b)+", "y?", "(?:z{2})", r"[\w.]+", "(u(v|w)){1,2}", "."]),
)
PATTERN = st.lists(PIECE, max_size=6).map("".join)


@given(PATTERN, st.integers(0, 1000))
def test_text_matches_the_expression_it_is_made_for(pattern, seed):
    text = text_matching(f"^{pattern}$", Random(seed))
    assert text is not None
    assert re.fullmatch(pattern, text)


@pytest.mark.parametrize("pattern", ["(?=a)b", r"\mword", "[a", "(a", "a{x}", "[[:unknown:]]", "\\"])
def test_what_is_not_known_gives_no_text(pattern):
    assert text_matching(pattern, Random(0)) is None


@given(st.text(max_size=40), st.integers(0, 9))
def test_no_pattern_ends_in_an_error(pattern, seed):
    text_matching(pattern, Random(seed))
    text_like(pattern, Random(seed))


@given(st.lists(st.sampled_from(["a", "%", "_", "\\%", "@", "."])), st.integers(0, 1000))
def test_text_is_like_the_pattern_it_is_made_for(pieces, seed):
    parts = {"%": ".*", "_": ".", "\\%": "%"}
    expression = "".join(parts.get(piece, re.escape(piece)) for piece in pieces)
    assert re.fullmatch(expression, text_like("".join(pieces), Random(seed)))
