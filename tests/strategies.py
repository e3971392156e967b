"""Random shapes and contracts for hypothesis, and how many of them."""

from hypothesis import settings
from hypothesis import strategies as st

from toolkit.core.contract import Column, Command, Limit, Parameter, RaisedError, ReadModel, Result
from toolkit.core.shapes import Array, Null, Object, Opaque, Property, Scalar, Tuple, or_null, union_of


def share(part: float, **options: object) -> settings:
    """Return settings for a slow test: a part of as many examples as others have, in every profile."""
    return settings(max_examples=int(part * settings.default.max_examples), deadline=None, **options)


TYPES = (
    "uuid",
    "text",
    "bigint",
    "integer",
    "numeric(10,2)",
    "numeric",
    "timestamptz",
    "boolean",
    "varchar(200)",
)
keys = st.one_of(st.from_regex(r"[a-z][a-zA-Z_]{0,8}", fullmatch=True), st.text(max_size=6))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = st.one_of(
    st.builds(Scalar, st.sampled_from(TYPES)),
    st.builds(
        Scalar,
        st.sampled_from(("email", '"Mail Box"', "app.email_t")),
        st.sampled_from(("text", "varchar(5)")),
    ),
    st.builds(
        lambda values: Scalar("text", values=tuple(values)),
        st.lists(texts, min_size=1, max_size=3, unique=True),
    ),
    st.builds(Scalar, st.sampled_from(("integer", "bigint")), values=st.tuples(st.integers().map(str))),
    st.builds(Scalar, st.just("numeric"), values=st.tuples(st.decimals(allow_nan=False).map(str))),
    st.builds(Scalar, st.just("boolean"), values=st.sampled_from([("true",), ("false",)])),
    st.just(Scalar("status_t", values=("draft", "in review"))),
)


@st.composite
def objects(draw, inner):
    names = draw(st.lists(keys, max_size=4, unique=True))
    properties = tuple(Property(name, draw(inner), draw(st.booleans())) for name in names)
    return Object(properties, draw(st.none() | inner))


@st.composite
def shapes(draw, depth=3):
    kinds = [scalars, st.just(Null()), st.builds(Opaque, st.text(min_size=1))]
    if depth:
        inner = shapes(depth - 1)
        several = st.lists(inner, max_size=3)
        kinds += [objects(inner), st.builds(Array, inner), several.map(tuple).map(Tuple)]
        kinds += [several.map(union_of), inner.map(or_null)]
    return draw(draw(st.sampled_from(kinds)))


types = st.sampled_from(("jsonb", "json", "text[]", "uuid", "address_t", '"A b"', "varchar(3)[]"))
names = st.sampled_from(("v_user", "app.v_user", '"V x"', "fn_create"))
conditions = st.from_regex(r"[a-z(][a-z0-9 ()<>']{0,20}", fullmatch=True)
limits = st.lists(st.builds(Limit, keys, conditions), max_size=2).map(tuple)
errors = st.one_of(
    st.builds(RaisedError, st.just("P0001")),
    st.builds(RaisedError, st.just("23505"), st.just("uq_user_email"), st.sampled_from(("", "TAKEN", "a b"))),
)


@st.composite
def read_models(draw):
    columns = st.builds(Column, types, shapes(), st.booleans(), name=keys)
    return ReadModel(draw(names), tuple(draw(st.lists(columns, max_size=3))))


@st.composite
def commands(draw):
    parameters = st.builds(
        Parameter, types, shapes(), st.booleans(),
        name=keys, optional=st.booleans(), variadic=st.booleans(), limits=limits,
    )  # fmt: skip
    return Command(
        draw(names),
        tuple(
            draw(st.lists(parameters, max_size=2, unique_by=lambda each: each.name))
        ),  # PostgreSQL has no other
        draw(st.builds(Result, types, shapes(), st.booleans(), many=st.booleans())),
        draw(st.sampled_from(("volatile", "stable"))),
        tuple(draw(st.lists(errors, max_size=2))),
    )
