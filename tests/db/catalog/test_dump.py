"""Reading a database and telling two apart, on the oldest and the newest PostgreSQL."""

from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from toolkit.catalog.comparison import differences
from toolkit.catalog.dump import read_entries
from toolkit.errors import CatalogUnreadable
from toolkit.server.binaries import Binaries, find_binaries

CASES = Path(__file__).parents[2] / "cases" / "catalog"
ZOO = (CASES / "zoo.sql").read_text(encoding="utf-8")


def read_cases(name):
    """Return (title, SQL) of the blocks of a case file; an empty line stands between blocks."""
    _, *blocks = (CASES / name).read_text(encoding="utf-8").strip().split("\n\n")
    return [tuple(block.removeprefix("-- ").split("\n", 1)) for block in blocks]


SEEN = [(change, expected) for expected, change in read_cases("seen.sql")]
UNSEEN = dict(read_cases("unseen.sql"))


@pytest.fixture(scope="session")
def zoo(scratch_by_major):
    return scratch_by_major.template(ZOO, lambda conninfo: run(conninfo, ZOO))


@pytest.fixture
def make(scratch_by_major, zoo):
    """Return the entries of a database of the zoo after the given statements."""
    made = []

    def make(statements=""):
        made.append(scratch_by_major.clone(zoo))
        run(made[-1], statements)
        return read_entries(made[-1], find_binaries(scratch_by_major.major))

    yield make
    for conninfo in made:
        scratch_by_major.release(conninfo)


def run(conninfo, statements):
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(statements)


@pytest.fixture(scope="session")
def zoo_entries(scratch_by_major, zoo):
    conninfo = scratch_by_major.clone(zoo)
    yield read_entries(conninfo, find_binaries(scratch_by_major.major))
    scratch_by_major.release(conninfo)


def test_every_kind_of_difference_is_seen_and_named(make, zoo_entries):
    missed = []
    for change, expected in SEEN:
        found = differences(zoo_entries, make(change))
        if not any(text.startswith(expected) for text in found):
            missed.append((change, expected, found))
    assert missed == []


@pytest.mark.parametrize("case", UNSEEN)
def test_what_must_not_count_is_no_difference(make, case):
    here, there = UNSEEN[case].split("-- or")
    assert differences(make(here), make(there)) == []


def test_definition_that_differs_is_shown_line_by_line(make, zoo_entries):
    changed = make(
        "CREATE OR REPLACE VIEW v_user WITH (security_invoker = true) AS SELECT id, 'x' || name AS name"
        " FROM tb_user"
    )
    (text,) = differences(zoo_entries, changed, ("sql/", "head"))
    label, *lines = text.splitlines()
    assert label == "VIEW public.v_user: definition differs"
    assert lines[:2] == ["--- sql/", "+++ head"]
    assert [line for line in lines[2:] if line.startswith(("-", "+"))][1].endswith("name) AS name")


def test_column_order_counts_in_views_and_composite_types(make):
    here = "CREATE VIEW v AS SELECT id, name FROM tb_user; CREATE TYPE t AS (a integer, b integer)"
    there = "CREATE VIEW v AS SELECT name, id FROM tb_user; CREATE TYPE t AS (b integer, a integer)"
    found = [text.splitlines()[0] for text in differences(make(here), make(there))]
    assert found == ["TYPE public.t: definition differs", "VIEW public.v: definition differs"]


def test_members_of_an_extension_are_left_out_and_the_extension_is_not(make, zoo_entries):
    found = differences(zoo_entries, make("CREATE EXTENSION IF NOT EXISTS citext"))
    assert [text for text in found if not text.startswith("COMMENT")] == ["EXTENSION citext: only in second"]


def test_overloads_and_operators_of_one_name_are_told_apart(make, zoo_entries):
    one = "CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);"
    two = "CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq);"
    assert differences(make(one + two), make(two + one)) == []
    assert differences(make(one), make(one + two)) == ["OPERATOR public.=== (text, text): only in second"]
    overload = "CREATE FUNCTION fn_twice(p_a text) RETURNS text LANGUAGE sql RETURN p_a"
    assert differences(zoo_entries, make(overload)) == ["FUNCTION public.fn_twice(text): only in second"]


def test_awkward_names_do_not_break_the_comparison(make):
    columns = ['"a, b" integer', '"c (" integer', "\"d '\" text DEFAULT ');'"]
    table = 'CREATE TABLE "t (;" ({})'
    here, there = table.format(", ".join(columns)), table.format(", ".join(reversed(columns)))
    assert differences(make(here), make(there)) == []
    (text,) = differences(make(here), make(there.replace("');'", "'),'")))
    assert text.splitlines()[0] == "TABLE public.t (;: definition differs"


def test_password_is_in_no_argument_of_the_child(scratch, tmp_path):
    binaries = find_binaries(scratch.major)
    spy = tmp_path / "pg_dump"
    spy.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/arguments\n'
        f'printf %s "$PGPASSWORD" > {tmp_path}/password\nexec "{binaries.bindir}/pg_dump" "$@"\n'
    )
    spy.chmod(0o755)
    conninfo = make_conninfo(scratch.create(), password="hush, 'quoted'")
    read_entries(conninfo, Binaries(tmp_path, binaries.major, binaries.version, "PATH"))
    assert "hush" not in (tmp_path / "arguments").read_text()
    assert (tmp_path / "password").read_text() == "hush, 'quoted'"


def test_secret_that_pg_dump_takes_by_argument_only_is_refused(scratch):
    with pytest.raises(CatalogUnreadable, match="sslpassword can't be given to pg_dump") as caught:
        read_entries("dbname=x sslpassword=hush", find_binaries(scratch.major))
    assert "hush" not in str(caught.value)


def test_pg_dumps_own_words_are_kept(scratch):
    conninfo = make_conninfo(scratch.create(), dbname="no_such_database")
    with pytest.raises(CatalogUnreadable, match='database "no_such_database" does not exist'):
        read_entries(conninfo, find_binaries(scratch.major))


def test_missing_pg_dump_is_one_sentence(tmp_path):
    with pytest.raises(CatalogUnreadable, match="pg_dump can't be run: No such file or directory"):
        read_entries("dbname=x", Binaries(tmp_path, 18, "18.6", "PATH"))


def test_newer_pg_dump_reads_what_that_of_the_server_reads(open_major):
    scratch = open_major(15)
    conninfo = scratch.create()
    run(
        conninfo,
        'CREATE TABLE tb_a (id int, "SET (" text); ALTER TABLE tb_a ALTER id SET (n_distinct = 4);'
        "COMMENT ON TABLE tb_a IS 'pg_attver=1'; CREATE VIEW v_a AS SELECT id FROM tb_a;",
    )
    own, newer = (read_entries(conninfo, find_binaries(major)) for major in (15, 18))
    tables = [[entry.definition for entry in entries if entry.kind == "TABLE"] for entries in (own, newer)]
    assert tables[0] == tables[1]
    scratch.release(conninfo)
