"""The committed tables say what the servers do."""

import runpy
from pathlib import Path

import psycopg

from toolkit.core.trees import Routine
from toolkit.shape.totals import is_never_null, is_total

ROOT = Path(__file__).parents[3]


def test_probing_again_gives_the_same(scratch_by_major):
    tool = runpy.run_path(str(ROOT / "tools/totals.py"))
    major = scratch_by_major.major
    conninfo = scratch_by_major.create()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        text = tool["module"](major, *tool["probe"](connection))
    scratch_by_major.release(conninfo)
    assert text == (ROOT / f"toolkit/shape/totals_{major}.py").read_text(encoding="utf-8")


def routine(name, oid=1):
    return Routine(
        oid, "pg_catalog", name, "f", "internal", strict=True, volatility="i", returns=25, many=False
    )


def test_functions_that_return_null_are_known():
    for major in (15, 16, 17, 18):
        assert is_total(major, routine("upper", 871))
        assert not is_total(major, routine("upper", 3849))  # the upper bound of a range without one
        assert not is_total(major, routine("to_char"))  # of an infinite date
        assert not is_total(major, routine("array_length"))
        assert not is_never_null(major, routine("upper", 871))
        assert is_never_null(major, routine("concat"))
    # (jsonb)::integer of JSON null fails before 18, and is NULL since.
    assert [is_total(major, routine("int4", 3450)) for major in (15, 16, 17, 18)] == [
        True,
        True,
        False,
        False,
    ]
