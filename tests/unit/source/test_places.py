from hypothesis import given
from hypothesis import strategies as st

from toolkit.source.places import body_placer, moved, placer

TEXTS = st.text(st.sampled_from("a é€😀\n'"))


@given(TEXTS, st.integers(0, 100))
def test_bytes_become_characters(text, base):
    place = placer(text, base)
    for offset in range(len(text) + 1):
        assert place(len(text[:offset].encode())) == base + offset


@given(TEXTS, st.integers(-50, 50), st.sampled_from(["{}", "'{}'", "é$$ {} $$"]))
def test_a_moved_place_goes_through_the_other(body, shift, around):
    text = around.format(body)
    place = body_placer(text, body, 0, len(text))
    other = moved(place, shift)
    for location in range(max(len(body) - shift, 0)):
        assert other(location) == place(max(location + shift, 0))
