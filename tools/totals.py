"""Write toolkit/shape/totals_<major>.py: which functions of PostgreSQL return NULL when.

Each function that comes with the server is called with combinations of a few values of its parameters' types,
edge values among them. It is total where no call with values that are not NULL returned NULL, and never NULL
where no call at all did. What could not be called, or only with errors, is neither.

Run with the majors to probe, which must be installed: .venv/bin/python tools/totals.py 15 16 18
"""

import itertools
import random
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psycopg

from toolkit.server.scratch import open_scratch

FOLDER = Path(__file__).parents[1] / "toolkit/shape"
_MOST_CALLS = 512
_NUMBERS = ["0", "1", "-1", "5"]
_REALS = ["0", "1.5", "-1", "NaN", "Infinity", "-Infinity"]
_TEXTS = ["", "a", "Ab c", "é", "1", "%", "day"]
_DATES = ["2020-02-29", "infinity", "-infinity", "0044-03-15 BC"]
_SAMPLES = {
    "bool": ["t", "f"],
    "int2": _NUMBERS, "int4": _NUMBERS, "int8": _NUMBERS, "oid": ["0", "23"],
    "float4": _REALS, "float8": _REALS, "numeric": [*_REALS, "123.4500"],
    "text": _TEXTS, "varchar": _TEXTS, "bpchar": _TEXTS, "name": _TEXTS, "char": ["", "a"], "unknown": ["a"],
    "bytea": ["", "\\x00ff"],
    "date": _DATES, "timestamp": _DATES, "timestamptz": _DATES,
    "time": ["00:00", "24:00", "12:34:56.789"], "timetz": ["00:00+00", "12:34:56-08"],
    "interval": ["0", "1 mon 2 days 03:04:05", "-1 day"],
    "json": ["null", "{}", "[]", '{"a":null}', "[1,null]", '"x"', "1", "true"],
    "jsonb": ["null", "{}", "[]", '{"a":null}', "[1,null]", '"x"', "1", "true"],
    "jsonpath": ["$", "$.a", "$[*]", "$ == 1"],
    "uuid": ["00000000-0000-0000-0000-000000000000", "019a0000-0000-7000-8000-000000000000",
             "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    "inet": ["192.168.0.1/24", "::1"], "cidr": ["192.168.0.0/24", "::/0"],
    "macaddr": ["08:00:2b:01:02:03"], "macaddr8": ["08:00:2b:01:02:03:04:05"],
    "bit": ["", "101"], "varbit": ["", "101"], "money": ["0", "-1.50"],
    "point": ["(0,0)", "(1,NaN)", "(Infinity,2)"], "line": ["{1,2,3}", "{0,1,0}", "{1,0,0}"],
    "lseg": ["[(0,0),(1,1)]", "[(0,0),(0,0)]", "[(0,1),(1,2)]"], "box": ["(1,1),(0,0)", "(9,9),(8,8)"],
    "path": ["[(0,0),(1,1)]", "((0,0),(1,1),(2,0))"], "polygon": ["((0,0),(1,1),(2,0))"],
    "circle": ["<(0,0),1>", "<(5,5),0>"],
    "int4range": ["empty", "[1,5)", "(,)"], "int8range": ["empty", "[1,5)", "(,)"],
    "numrange": ["empty", "[1,5)", "(,)"], "daterange": ["empty", "[2020-01-01,)"],
    "tsrange": ["empty", "[2020-01-01,)"], "tstzrange": ["empty", "[2020-01-01,)"],
    "int4multirange": ["{}", "{[1,2),[3,)}"], "int8multirange": ["{}", "{[1,2),[3,)}"],
    "nummultirange": ["{}", "{[1,2),[3,)}"], "datemultirange": ["{}"],
    "tsmultirange": ["{}"], "tstzmultirange": ["{}"],
    "_int4": ["{}", "{1,NULL}", "{{1,2},{3,4}}"], "_text": ["{}", "{a,NULL}", "{a,b}", "{{a,b},{c,d}}"],
    "_int2": ["{}", "{1}"], "_int8": ["{}", "{1}"], "_float4": ["{}", "{1}"], "_float8": ["{}", "{1}"],
    "_numeric": ["{}", "{1}"], "_name": ["{}", "{a}"], "_jsonb": ["{}", "{null}"], "_oid": ["{}", "{23}"],
    "tsvector": ["", "a:1 b"], "tsquery": ["", "a & b"], "regconfig": ["simple"],
    "xid": ["1"], "cid": ["1"], "tid": ["(0,1)"], "xid8": ["1"], "pg_lsn": ["0/0", "1/A"],
    "toolkit_enum": ["a", "b"], "regclass": ["pg_class"], "regtype": ["int4"], "regproc": ["now"],
}  # fmt: skip
_ENUM = "toolkit_enum"
_STANDS_FOR = {
    "any": "text", "anyenum": _ENUM, "anyelement": "int4", "anynonarray": "int4", "anyarray": "_int4",
    "anycompatible": "int4",
    "anycompatiblearray": "_int4", "anycompatiblenonarray": "int4", "anyrange": "int4range",
    "anymultirange": "int4multirange", "anycompatiblerange": "int4range",
    "anycompatiblemultirange": "int4multirange",
}  # fmt: skip
_HARMLESS = [
    "clock_timestamp",
    "gen_random_uuid",
    "random",
    "random_normal",
    "timeofday",
    "uuidv4",
    "uuidv7",
    "array_shuffle",
    "array_sample",
]
_FUNCTIONS = """
    SELECT p.oid, p.proname, p.proretset, p.provariadic <> 0 AND p.provariadic <> '"any"'::regtype,
        ARRAY(SELECT t.typname FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place)
              JOIN pg_type AS t ON t.oid = a.type ORDER BY place)
    FROM pg_proc AS p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'
        AND p.prorettype NOT IN ('void'::regtype, 'internal'::regtype, 'cstring'::regtype, 'record'::regtype)
        AND (p.provolatile <> 'v' OR p.proname = ANY (%s))
        -- What depends on the session or on how the server was built, and what no query calls.
        AND p.proname !~ '^(pg_|inet_|has_|ts_|current_schema|row_security|icu_)'
        AND p.proname !~ 'xml|xpath|(send|recv|hash|_extended)$'
    ORDER BY p.proname, p.oid"""
# One call after the other, as any of them may fail: 0 a value, 1 NULL, 2 an error.
_PROBE = """
    CREATE FUNCTION pg_temp.probe(calls text[]) RETURNS integer[] LANGUAGE plpgsql AS $$
    DECLARE
        found integer[] := '{}';
        is_null boolean;
        call text;
    BEGIN
        FOREACH call IN ARRAY calls LOOP
            BEGIN
                EXECUTE call INTO is_null;
                found := found || CASE WHEN is_null THEN 1 ELSE 0 END;
            EXCEPTION WHEN OTHERS THEN
                found := found || 2;
            END;
        END LOOP;
        RETURN found;
    END $$"""


def probe(connection: psycopg.Connection) -> tuple[set[str], set[str]]:
    """Return the total functions and those that never return NULL.

    By name; by name and oid where not all functions of a name are alike.
    """
    connection.execute(f"CREATE TYPE {_ENUM} AS ENUM ('a', 'b')")
    connection.execute(_PROBE)
    total: dict[str, dict[int, bool]] = defaultdict(dict)
    never: dict[str, dict[int, bool]] = defaultdict(dict)
    functions = connection.execute(_FUNCTIONS, [_HARMLESS]).fetchall()
    for oid, name, many, variadic, types in functions:
        calls = list(_calls(name, types, many=many, variadic=variadic))
        row = connection.execute("SELECT pg_temp.probe(%s)", [[call for call, _ in calls]]).fetchone()
        assert row is not None
        results = list(zip(row[0], (with_null for _, with_null in calls), strict=True))
        values = {result for result, with_null in results if not with_null}
        every = {result for result, _ in results}
        total[name][oid] = 0 in values and 1 not in values
        never[name][oid] = 0 in every and 1 not in every and any(with_null for _, with_null in results)
    return _names(total), _names(never)


def _calls(name: str, types: list[str], *, many: bool, variadic: bool) -> Iterator[tuple[str, bool]]:
    """Yield calls as SQL that asks whether the result is NULL, and whether an argument is."""
    columns = []
    for place, given in enumerate(types):
        known = _STANDS_FOR.get(given, given)
        if known not in _SAMPLES:
            return
        before = "VARIADIC " if variadic and place == len(types) - 1 else ""
        cast = '::"char"' if known == "char" else f"::{known}"
        values = ["'" + value.replace("'", "''") + "'" for value in _SAMPLES[known]]
        columns.append([(f"{before}{value}{cast}", value == "NULL") for value in [*values, "NULL"]])
    combinations = list(itertools.product(*columns))
    if len(combinations) > _MOST_CALLS:
        combinations = random.Random(name).sample(combinations, _MOST_CALLS)  # noqa: S311 - the same each time
    for arguments in combinations:
        call = f'pg_catalog."{name}"({", ".join(text for text, _ in arguments)})'
        query = (
            f"SELECT bool_or(r IS NULL) FROM (SELECT {call} AS r LIMIT 20) AS s"
            if many
            else f"SELECT {call} IS NULL"
        )
        yield query, any(null for _, null in arguments)


def _names(found: dict[str, dict[int, bool]]) -> set[str]:
    names = set()
    for name, overloads in found.items():
        if all(overloads.values()):
            names.add(name)
        else:
            names |= {f"{name}/{oid}" for oid, holds in overloads.items() if holds}
    return names


def module(major: int, total: set[str], never: set[str]) -> str:
    """Return the text of the module for a major."""
    title = f'"""Functions of PostgreSQL {major} that return no NULL; written by tools/totals.py."""\n'
    parts = [title, "# ruff: noqa: SIM905 - names to read, not a list of strings\n"]
    for name, names in (("TOTAL", total), ("NEVER_NULL", never)):
        lines = textwrap.fill(" ".join(sorted(names)), 106, break_long_words=False, break_on_hyphens=False)
        parts.append(f'{name} = frozenset(\n    """\n{textwrap.indent(lines, "    ")}\n    """.split()\n)\n')
    return "\n".join(parts)


def main() -> None:
    """Probe the majors that are named on the command line."""
    for major in map(int, sys.argv[1:]):
        with open_scratch(major) as scratch, psycopg.connect(scratch.create(), autocommit=True) as connection:
            (FOLDER / f"totals_{major}.py").write_text(module(major, *probe(connection)), encoding="utf-8")


if __name__ == "__main__":
    main()
