"""What is said of the conversion of a type to another is what a server does, for all pairs of many types."""

import psycopg
import pytest

from toolkit.plan.conversions import Cast, convert

SAMPLES = {
    "smallint": ("-32768", "32767"),
    "integer": ("-2147483648", "2147483647"),
    "bigint": ("-9223372036854775808", "9223372036854775807"),
    "numeric": ("1.5", "123456789012345678901234567890.125"),
    "numeric(10,2)": ("-99999999.99", "0.01"),
    "numeric(12,2)": ("9999999999.99",),
    "numeric(12,4)": ("99999999.9999",),
    "numeric(22,2)": ("1.23",),
    "real": ("1.5", "3.4e38", "0.1"),
    "double precision": ("0.1", "1.7e308"),
    "money": ("1.23",),
    "text": ("a ", "true"),
    "character varying": ("b ",),
    "character varying(10)": ("0123456789",),
    "character varying(20)": ("01234567890123456789",),
    "character(5)": ("a",),
    "character(7)": ("abcdefg",),
    "boolean": ("true", "false"),
    "date": ("2024-02-29", "1900-01-01"),
    "timestamp without time zone": ("2024-02-29 12:34:56.123456",),
    "timestamp(3) without time zone": ("2024-02-29 12:34:56.123",),
    "timestamp with time zone": ("2024-02-29 12:34:56.123456+02",),
    "timestamp(3) with time zone": ("2024-02-29 12:34:56.123+02",),
    "time without time zone": ("12:34:56.123456",),
    "time(3) without time zone": ("12:34:56.123",),
    "time with time zone": ("12:34:56.123456+02",),
    "interval": ("1 year 2 days 03:04:05.6",),
    "bit(3)": ("101",),
    "bit varying": ("10101",),
    "bit varying(5)": ("10101",),
    "json": ('{"b": 1,  "a": 2}',),
    "jsonb": ('{"a": 1}',),
    "uuid": ("00000000-0000-0000-0000-000000000001",),
    "inet": ("10.0.0.1",),
    "cidr": ("10.0.0.0/8",),
    "macaddr": ("08:00:2b:01:02:03",),
    "macaddr8": ("08:00:2b:01:02:03:04:05",),
    "oid": ("4294967295",),
    "xml": (),  # not every server can read it
    "int4range": ("[1,5)",),
    "int4multirange": ("{[1,5)}",),
    "integer[]": ("{1,2}",),
    "bigint[]": ("{1,2}",),
    "text[]": ("{a,b}",),
}
PAIRS = [(old, new) for old in SAMPLES for new in SAMPLES if old != new]


@pytest.fixture
def connection(scratch_by_major):
    conninfo = scratch_by_major.create()
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET TimeZone = 'Europe/Berlin'")
        yield connection
    scratch_by_major.release(conninfo)


def alter(connection, old, new, using):
    """Return whether the type of a column is altered, and whether the table is written anew."""
    connection.execute("SAVEPOINT before")
    try:
        connection.execute(f"CREATE TABLE t (c {old})")
        (before,) = connection.execute("SELECT pg_relation_filenode('t')").fetchone()
        connection.execute(f"ALTER TABLE t ALTER c TYPE {new} {using}")
        (after,) = connection.execute("SELECT pg_relation_filenode('t')").fetchone()
    except psycopg.Error:
        return False, False
    else:
        return True, before != after
    finally:
        connection.execute("ROLLBACK TO before")


def test_casts_and_rewrites_are_as_claimed(connection):
    wrong = []
    for old, new in PAIRS:
        said = convert(old, new)
        works, rewrites = alter(connection, old, new, "")
        cast = Cast.ASSIGNMENT
        if not works:
            cast = Cast.EXPLICIT if alter(connection, old, new, f"USING c::{new}")[0] else Cast.NONE
        if said.cast is not cast or (works and said.rewrites != rewrites):
            wrong.append((old, new, said, cast, rewrites))
    assert wrong == []


def test_what_loses_nothing_can_be_taken_back(connection):
    kept = [(old, new) for old, new in PAIRS if not convert(old, new).loses]
    assert len(kept) > 100
    wrong = []
    for old, new in kept:
        for sample in SAMPLES[old]:
            query = f"SELECT (%s::{old}::{new}::{old})::text = %s::{old}::text"
            if connection.execute(query, [sample, sample]).fetchone() != (True,):
                wrong.append((old, new, sample))
    assert wrong == []


def test_text_becomes_an_enum_only_if_it_is_one():
    assert not convert("text", "public.mood", is_enum=lambda name: name == "public.mood").loses
    assert convert("text", "public.other").loses
