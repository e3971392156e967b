"""The reader of PostgreSQL's catalogs against the changes that pg_dump's reader is tested with."""

from pathlib import Path

import psycopg
import pytest

from toolkit.catalog.facts import differing_facts, read_facts

CASES = Path(__file__).parents[2] / "cases" / "catalog"
ZOO = (CASES / "zoo.sql").read_text(encoding="utf-8")


def read_cases(name):
    """Return (title, SQL) of the blocks of a case file; an empty line stands between blocks."""
    _, *blocks = (CASES / name).read_text(encoding="utf-8").strip().split("\n\n")
    return [tuple(block.removeprefix("-- ").split("\n", 1)) for block in blocks]


UNSEEN = dict(read_cases("unseen.sql"))


@pytest.fixture
def make(scratch_by_major):
    """Return the facts of a database of the zoo after the given statements."""

    def make(statements=""):
        zoo = scratch_by_major.template(ZOO, lambda conninfo: run(conninfo, ZOO))
        conninfo = scratch_by_major.clone(zoo)
        run(conninfo, statements)
        with psycopg.connect(conninfo, autocommit=True, options="-c search_path=") as connection:
            facts = read_facts(connection)
        scratch_by_major.release(conninfo)
        return facts

    return make


def run(conninfo, statements):
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(statements)


def test_every_kind_of_difference_is_seen(make):
    before = make()
    missed = [
        change for _, change in read_cases("seen.sql") if not list(differing_facts(before, make(change)))
    ]
    assert missed == []


@pytest.mark.parametrize("case", UNSEEN)
def test_what_must_not_count_is_no_difference(make, case):
    here, there = UNSEEN[case].split("-- or")
    assert list(differing_facts(make(here), make(there))) == []


def test_invalid_index_is_seen_though_no_archive_has_it(make):
    zoo = "CREATE INDEX idx_feel ON tb_post (feel);"
    broken = zoo + "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_feel'::regclass"
    (lost, found) = differing_facts(make(zoo), make(broken))
    assert lost == (
        "table public.tb_post: only in first: "
        "index|CREATE INDEX idx_feel ON public.tb_post USING btree (feel)|t|t|f|f"
    )
    assert found == lost.replace("first", "second").replace("|t|t|", "|f|t|")


def test_dependency_is_a_fact(make):
    before = make()
    changed = "ALTER TABLE tb_user ALTER name SET DEFAULT fn_twice(4)::text"
    texts = list(differing_facts(before, make(changed)))
    assert any("on function public.fn_twice(integer)" in text for text in texts)
