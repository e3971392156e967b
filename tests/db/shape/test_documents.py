"""The operations on shapes against PostgreSQL's on documents, and constants as the server reads them."""

import json
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.strategies import share
from toolkit.catalog.trees import read_snapshot
from toolkit.core.notation import write
from toolkit.core.shapes import Opaque, Scalar, union_of
from toolkit.shape import documents
from toolkit.shape.inference import Inference
from toolkit.shape.verify import check

KEYS = ("a", "b", "0", "1")
scalars = st.none() | st.booleans() | st.sampled_from(("", "a", "x")) | st.integers(-2, 2)
json_documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=8,
)
paths = st.lists(st.sampled_from(KEYS), min_size=1, max_size=2)
PER_TEST = share(0.6, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def connection(scratch_by_major):
    conninfo = scratch_by_major.create()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield connection
    scratch_by_major.release(conninfo)


def ask(connection, expression, *values: object):
    """Return (NULL or not, the document); nothing where the server refuses."""
    values = [json.dumps(value) if not isinstance(value, list | str | bool) else value for value in values]
    try:
        row = connection.execute(f"SELECT ({expression})::text", values).fetchone()
    except psycopg.Error:
        return None
    return row[0] is None, None if row[0] is None else json.loads(row[0], parse_float=Decimal)


def shapes_of(document):
    """Return shapes that a document has: the narrowest, and wider ones."""
    own = documents.literal(json.loads(json.dumps(document), parse_int=Decimal))
    wider = documents.loosened(own)
    return [own, wider, union_of([own, documents.literal({"a": None, "x": "y"}), documents.literal([])])]


def agree(result, found):
    """Make sure that what the server says is among what the shape and its "may be missing" allow."""
    if result is None:
        return
    missing, document = result
    shape, may_miss = found
    if missing:
        assert may_miss
    else:
        assert list(check(document, shape)) == []


@PER_TEST
@given(json_documents, json_documents, st.sampled_from(KEYS), paths, st.booleans(), st.integers(-2, 2))
def test_operations(connection, one, other, key, path, create, place):
    text, second = json.dumps(one), json.dumps(other)
    results = {
        "concat": ask(connection, "%s::jsonb || %s::jsonb", text, second),
        "delete": ask(connection, "%s::jsonb - %s::text", text, key),
        "delete_many": ask(connection, "%s::jsonb - %s::text[]", text, path),
        "delete_item": ask(connection, f"%s::jsonb - ({place})", text),
        "delete_path": ask(connection, "%s::jsonb #- %s::text[]", text, path),
        "field": ask(connection, "%s::jsonb -> %s::text", text, key),
        "item": ask(connection, f"%s::jsonb -> ({place})", text),
        "at": ask(connection, "%s::jsonb #> %s::text[]", text, path),
        "set": ask(connection, "jsonb_set(%s, %s, %s, %s)", text, path, second, create),
        "insert": ask(connection, "jsonb_insert(%s, %s, %s)", text, path, second),
        "strip": ask(connection, "jsonb_strip_nulls(%s)", text),
        "elements": ask(connection, "SELECT jsonb_agg(v) FROM jsonb_array_elements(%s) AS v", text),
        "entries": ask(connection, "SELECT jsonb_agg(value) FROM jsonb_each(%s)", text),
        "type": ask(connection, "to_jsonb(jsonb_typeof(%s))", text),
    }
    for shape in shapes_of(one):
        value = shapes_of(other)[0]
        agree(results["concat"], (documents.concat(shape, value), False))
        agree(results["delete"], (documents.without(shape, [key]), False))
        agree(results["delete"], (documents.without(shape, None), False))
        agree(results["delete_many"], (documents.without(shape, path), False))
        agree(results["delete_item"], (documents.without_item(shape), False))
        agree(results["delete_path"], (documents.without_path(shape, path), False))
        agree(results["field"], documents.field(shape, key))
        agree(results["field"], documents.field(shape, None))
        agree(results["item"], documents.item(shape, place))
        agree(results["item"], documents.item(shape, None))
        agree(results["at"], documents.at(shape, path))
        agree(results["set"], (documents.with_value(shape, path, value, create=create), False))
        agree(results["insert"], (documents.with_value(shape, path, value, create=True), False))
        agree(results["strip"], (documents.strip_nulls(shape), False))
        for name, found in (("elements", documents.items(shape)), ("entries", documents.entries(shape))):
            if results[name] and not results[name][0]:
                assert [problem for each in results[name][1] for problem in check(each, found)] == []
        names = documents.json_types(shape)
        assert not names or results["type"][1] in names


NUMBERS = [
    "0",
    "1",
    "-1.50",
    "12345678901234567890.00001",
    "0.0000000001",
    "1e20",
    "1e-12",
    "NaN",
    "-9999",
    "10000",
    "1e200",
]
TEXTS = ["", "a", "ünï 'x'", "a\\b", "(", "{", "x" * 200]


@PER_TEST
@given(
    st.lists(json_documents, min_size=1, max_size=8),
    st.lists(st.decimals(allow_nan=False, allow_infinity=False), max_size=8),
)
def test_constants(connection, some, numbers):
    with connection.transaction(force_rollback=True):
        columns = {f"d{i}": f"{quoted(json.dumps(each))}::jsonb" for i, each in enumerate(some)}
        columns |= {f"n{i}": f"{quoted(str(each))}::numeric" for i, each in enumerate([*numbers, *NUMBERS])}
        columns |= {f"t{i}": f"{quoted(each)}::text" for i, each in enumerate(TEXTS)}
        columns |= {
            f"i{i}": f"'{each}'::{kind}"
            for i, (each, kind) in enumerate(
                [
                    (-32768, "int2"),
                    (2147483647, "int4"),
                    (-1, "int4"),
                    (-9223372036854775808, "int8"),
                    ("t", "bool"),
                    ("b", "varchar"),
                ]
            )
        }
        listed = ", ".join(f"{text} AS {name}" for name, text in columns.items())
        connection.execute(f"CREATE VIEW v AS SELECT {listed}".encode())
        row = connection.execute("SELECT to_jsonb(v)::text FROM v").fetchone()
        texts = connection.execute(
            f"SELECT {', '.join(f'{name}::text' for name in columns)} FROM v"
        ).fetchone()
        model = Inference(read_snapshot(connection)).read_model("v")
    found = json.loads(row[0], parse_float=Decimal)
    for column, text in zip(model.columns, texts, strict=True):
        assert list(check(found[column.name], column.shape)) == []
        assert not isinstance(column.shape, Opaque)
        assert not column.nullable
        if column.name[0] in "nti":
            assert isinstance(column.shape, Scalar)
            assert column.shape.values == (text,)


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'"


def test_constant_arrays(connection):
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE TYPE mood AS ENUM ('sad', 'glad')")
        connection.execute(
            "CREATE VIEW v AS SELECT '{a,NULL,\"b c\"}'::text[] AS a, '{1,2}'::int8[] AS b, '{}'::int[] AS c,"
            " '{glad}'::mood[] AS d, '{t,f}'::bool[] AS e, '{{1,2},{3,4}}'::int2[] AS f,"
            " '{1.50,2}'::numeric[] AS g, 'sad'::mood AS h, '{2020-01-01}'::date[] AS i"
        )
        model = Inference(read_snapshot(connection)).read_model("v")

    assert [write(column.shape) for column in model.columns] == [
        '[text in (a|"b c")?]',
        "[bigint in (1|2)]",
        "[]",
        "[mood in (glad)]",
        "[boolean]",
        "[[smallint in (1|2|3|4)]]",
        "[numeric in (1.50|2)]",
        "mood in (sad)",
        "[date]",
    ]
