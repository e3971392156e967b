"""What a change of a shape means to readers, row by row, in the notation of contracts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.core.notation import read
from toolkit.core.shapes import covers
from toolkit.shape.differences import Verdict, shape_changes

BREAK, WARN, SAFE = Verdict.BREAK, Verdict.WARN, Verdict.SAFE


@pytest.mark.parametrize(
    ("old", "new", "path", "verdict", "message"),
    [
        ("{a: text, b: text}", "{a: text}", "b", BREAK, "key removed"),
        ("{a: text, b: uuid}", "{a: text, c: uuid}", "b", BREAK, "key removed; c looks like it"),
        ("{a: text}", "{a?: text}", "a", BREAK, "may be absent now"),
        ("{a?: text}", "{a: text}", "a", SAFE, "is always there now"),
        ("{a: text}", "{a: text?}", "a", BREAK, "may be null now"),
        ("{a: text?}", "{a: text}", "a", SAFE, "is never null now"),
        ("{a: [text]}", "{a: [text?]}", "a.[]", BREAK, "may be null now"),
        ("{a: text}", "{a: [text]}", "a", BREAK, "was text, is an array now"),
        ("{a: {b: text}}", "{a: text}", "a", BREAK, "was an object, is text now"),
        ("{a: uuid}", "{a: bigint}", "a", BREAK, "was uuid, is bigint now"),
        ("{a: numeric}", "{a: text}", "a", BREAK, "was numeric, is text now"),
        ("{a: integer}", "{a: numeric}", "a", BREAK, "was integer, is numeric now"),
        ("{a: numeric}", "{a: integer}", "a", SAFE, "was numeric, is integer now"),
        ("{a: timestamptz}", "{a: timestamp}", "a", BREAK, "was timestamptz, is timestamp now"),
        ("{a: uuid}", "{a: text}", "a", BREAK, "was uuid, is text now"),
        ("{a: text}", "{a: uuid}", "a", WARN, "was text, is uuid now"),
        ("{a: varchar(9)}", "{a: varchar(20)}", "a", WARN, "was varchar(9), is varchar(20) now"),
        ("{a: varchar(9)}", "{a: varchar(5)}", "a", SAFE, "was varchar(9), is varchar(5) now"),
        ("{a: varchar(9)}", "{a: text}", "a", WARN, "was varchar(9), is text now"),
        ("{a: integer}", "{a: bigint}", "a", WARN, "was integer, is bigint now"),
        ("{a: bigint}", "{a: integer}", "a", SAFE, "was bigint, is integer now"),
        ("{a: numeric(9,2)}", "{a: numeric(12,2)}", "a", WARN, "was numeric(9,2), is numeric(12,2) now"),
        ("{a: float8}", "{a: numeric}", "a", WARN, "was float8, is numeric now"),
        ("{a: email<text>}", "{a: mail<text>}", "a", SAFE, "was email<text>, is mail<text> now"),
        ("{a: text in (x|y)}", "{a: text in (x|y|z)}", "a", WARN, "may be z now"),
        ("{a: text in (x|y)}", "{a: text in (x)}", "a", SAFE, "is never y now"),
        ("{a: text in (x|y)}", "{a: text}", "a", BREAK, "was one of x, y, may be any text now"),
        ("{a: text}", "{a: text in (x|y)}", "a", SAFE, "is one of x, y now"),
        ('{a: ({k: ="p"} | [text])}', '{a: ({k: ="p"} | [text] | text)}', "a", BREAK, "may be text now"),
        ('{a: ({k: ="p"} | [text])}', "{a: [text]}", "a", SAFE, "is never an object now"),
        ("{a: text}", "{a: opaque<raw>}", "a", BREAK, "was text, may be anything now"),
        ("{a: opaque<raw>}", "{a: text}", "a", SAFE, "is text now, was not known"),
        ("{a: [text, integer,]}", "{a: [integer, text,]}", "a.[0]", BREAK, "was text, is integer now"),
        ("{a: [text, integer,]}", "{a: [text,]}", "a", BREAK, "was an array, is an array now"),
        ("{a: null}", "{a: text?}", "a", BREAK, "was always null, may be text now"),
        ("{a: text?}", "{a: null}", "a", SAFE, "is always null now"),
        ("{a: text}", "{a: text, b: uuid}", "b", SAFE, "key added: uuid"),
        ("{a: text}", "{a: text, b: uuid?}", "b", SAFE, "key added: uuid or null"),
        ("{[key]: integer}", "{b: text, [key]: integer}", "b", BREAK, "key is text now, any key was integer"),
        ("{[key]: integer}", "{[key]: text}", "[key]", BREAK, "was integer, is text now"),
        ("{a?: text}", "{}", "a", WARN, "key removed; it could be absent before"),
    ],
)  # fmt: skip
def test_change_is_judged_and_named(old, new, path, verdict, message):
    found = [(".".join(change.path), change.verdict, change.message) for change in differ(old, new)]
    assert (path, verdict, message) in found
    worse = [other for other in found if other[1] is BREAK and other[0] != path]
    assert not worse or verdict is BREAK


def differ(old, new):
    return list(shape_changes(read(old), read(new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{a: text, b: uuid}", "{b: uuid, a: text}"),
        ("(text | [text])", "([text] | text)"),
        ("opaque<one>", "opaque<other>"),
    ],
)
def test_order_and_reasons_are_no_change(old, new):
    assert differ(old, new) == []


def test_change_inside_one_of_several_objects_is_named_there():
    old = '{a: ({kind: ="post", n: integer} | {kind: ="user"})}'
    new = '{a: ({kind: ="post", n: bigint} | {kind: ="user"})}'
    (change,) = differ(old, new)
    assert (change.path, change.verdict) == (("a", "n"), WARN)


LEAF = st.sampled_from(
    [
        "text",
        "uuid",
        "integer",
        "bigint",
        "numeric",
        "boolean",
        "text in (x|y)",
        "text in (x)",
        "null",
        "opaque<r>",
    ]
)
SHAPE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        inner.map(lambda text: f"[{text}]"),
        st.dictionaries(st.sampled_from(["a", "b", "c?"]), inner, max_size=3).map(
            lambda parts: "{" + ", ".join(f"{name}: {shape}" for name, shape in parts.items()) + "}"
        ),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' | '.join(parts)})"),
    ),
    max_leaves=6,
).map(read)


@given(SHAPE)
def test_shape_does_not_differ_from_itself(shape):
    assert list(shape_changes(shape, shape)) == []


@given(SHAPE, SHAPE)
def test_what_the_old_shape_covers_breaks_no_reader(old, new):
    if covers(old, new):
        assert [change for change in shape_changes(old, new) if change.verdict is BREAK] == []
