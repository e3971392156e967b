import pytest
from hypothesis import given

from tests.strategies import shapes
from toolkit.core.notation import read, write
from toolkit.core.shapes import Array, Null, Object, Opaque, Property, Scalar, Tuple, or_null, union_of
from toolkit.errors import ContractUnreadable

TEXT = Scalar("text")


@given(shapes())
def test_text_is_read_back_to_the_same_shape(shape):
    for text in (write(shape), write(shape, 0), write(shape, 3), write(shape, 1, document=True)):
        assert read(text) == shape
    assert write(read(write(shape, 2)), 2) == write(shape, 2)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (or_null(TEXT), "text?"),
        (Scalar("text", values=("user",)), '="user"'),
        (Scalar("integer", values=("-3",)), "=-3"),
        (Scalar("numeric", values=("1.50",)), "=1.50"),
        (Scalar("numeric", values=("NaN",)), "numeric in (NaN)"),
        (Scalar("boolean", values=("true",)), "=true"),
        (Scalar("text", values=("a", "b c", "")), 'text in (a|"b c"|"")'),
        (Scalar("status", values=("a",)), "status in (a)"),
        (Scalar("email", "varchar(200)"), "email<varchar(200)>"),
        (Array(or_null(TEXT)), "[text?]"),
        (Tuple(()), "[]"),
        (Tuple((TEXT,)), "[text,]"),
        (Tuple((TEXT, Null())), "[text, null,]"),
        (Object(()), "{}"),
        (Object((), TEXT), "{[key]: text}"),
        (Object((Property("a", TEXT), Property("b c", TEXT, optional=True))), '{a: text, "b c"?: text}'),
        (union_of([TEXT, Scalar("integer"), Null()]), "(integer | text)?"),
        (Opaque("column tb_x.data"), "opaque<column tb_x.data>"),
        (Opaque("a > b"), 'opaque<"a > b">'),
        (union_of([]), "()"),
    ],
)
def test_notation(shape, text):
    assert write(shape) == text


def test_objects_stand_over_several_lines():
    inner = Object((Property("kind", Scalar("text", values=("x",))),))
    shape = Object((
        Property("id", Scalar("uuid")),
        Property("posts", Array(inner)),
        Property("one", union_of([inner, TEXT])),
    ))  # fmt: skip
    assert write(shape, 0) == (
        '{\n  id: uuid\n  posts: [{\n    kind: ="x"\n  }]\n'
        '  one: (\n    | {\n      kind: ="x"\n    }\n    | text\n  )\n}'
    )


def test_json_null_of_a_document_is_an_alternative():
    assert write(or_null(Object(())), document=True) == "({} | null)"


@pytest.mark.parametrize(
    ("text", "line", "column", "wanted"),
    [
        ("{a text}", 1, 3, '":"'),
        ("{\n  a: text\n  a: text\n}", 3, 6, "a key that is not there already"),
        ("{a: text b: text}", 1, 10, '"," or "}" or a new line'),
        ("text text", 1, 6, "nothing more"),
        ("(text", 1, 6, '"|"'),
        ("", 1, 1, "a shape"),
        ('="a\\q"', 1, 2, "a JSON string"),
        ("{[key]: text, a: text}", 1, 15, '"}"'),
    ],
)
def test_what_can_not_be_read_is_named_with_its_place(text, line, column, wanted):
    with pytest.raises(ContractUnreadable) as caught:
        read(text)
    error = caught.value
    assert (error.line, error.column, error.wanted) == (line, column, wanted)
