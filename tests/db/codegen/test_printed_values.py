"""What to_jsonb prints for values of every type fits the JSON Schema of the type."""

import json

import psycopg
import pytest
from jsonschema import Draft202012Validator

from toolkit.catalog.samples import Draws, Type, sample
from toolkit.codegen.json_schema import shape_schema
from toolkit.core.shapes import Scalar

SHORT = {"int2": "smallint", "int4": "integer", "int8": "bigint", "bool": "boolean", "bpchar": "char"}
TYPES = {
    **dict.fromkeys(
        ("bool", "bytea", "date", "float4", "float8", "inet", "interval", "text", "time", "timetz")
    ),
    **dict.fromkeys(
        ("int2", "int4", "int8", "numeric", "timestamp", "timestamptz", "uuid", "money", "point")
    ),
    "varchar": 9,
    "bpchar": 9,
    "numeric(6,2)": (6 << 16 | 2) + 4,
}
EDGES = {
    "timestamptz": [
        "infinity",
        "-infinity",
        "0044-03-15 BC",
        "99999-12-31 23:59:59.999999+14",
        "2024-06-30 12:00:00",
    ],
    "timestamp": ["infinity", "-infinity", "0044-03-15 01:02:03.4 BC", "200000-01-01"],
    "date": ["infinity", "0001-01-01 BC", "99999-01-01"],
    "numeric": ["NaN", "Infinity", "-Infinity", "1.10", "1e20", "0.000"],
    "float8": ["NaN", "Infinity", "-0", "1e300", "1e-300"],
    "timetz": ["12:00:00+05:30:15", "24:00:00-15"],
    "int8": [str(2**63 - 1), str(-(2**63))],
}


@pytest.fixture(scope="module")
def connection(scratch_by_major):
    conninfo = scratch_by_major.create()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield connection
    scratch_by_major.release(conninfo)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
@pytest.mark.parametrize("name", TYPES)
def test_printed_value_fits_the_schema(connection, name, zone):
    base, modifier = name.partition("(")[0], TYPES[name]
    written = f"{name}({modifier - 4})" if base in ("varchar", "bpchar") else name
    random = Draws(5)
    type_ = Type(written, "base", base, -1 if modifier is None else modifier)
    values = [sample(type_, random) for _ in range(40)] + EDGES.get(name, [])
    short = SHORT.get(base, base) + written.removeprefix(base)
    validator = Draft202012Validator(shape_schema(Scalar(short)))
    connection.execute(f"SET TimeZone = '{zone}'")
    refused = []
    for value in values:
        (text,) = connection.execute(f"SELECT to_jsonb(%s::{written})::text", (value,)).fetchone()
        if not validator.is_valid(json.loads(text)):
            refused.append(text)
    assert refused == []
