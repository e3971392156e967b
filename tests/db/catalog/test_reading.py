"""Reading a catalog: the edges between the entries, and what the archive does not say."""

from pathlib import Path

import psycopg
import pytest

from toolkit.catalog.comparison import differences, fingerprint
from toolkit.catalog.reading import read_catalog
from toolkit.core.changes import ObjectKey
from toolkit.errors import CatalogUnreadable
from toolkit.server.binaries import find_binaries

CASES = Path(__file__).parents[2] / "cases" / "catalog"


@pytest.fixture
def read(scratch_by_major):
    """Return the catalog of a database made by the given statements."""
    made = []

    def read(statements):
        made.append(scratch_by_major.create())
        with psycopg.connect(made[-1], autocommit=True) as connection:
            connection.execute(statements)
        return read_catalog(made[-1], find_binaries(scratch_by_major.major))

    yield read
    for conninfo in made:
        scratch_by_major.release(conninfo)


@pytest.fixture
def circles(read):
    return read((CASES / "circles.sql").read_text(encoding="utf-8"))


def text(edge):
    def side(key, piece):
        return f"{key} {' '.join(piece or ())}".rstrip()

    arrow = "=>" if edge.owned else "->"
    return f"{side(edge.dependent, edge.piece)} {arrow} {side(edge.on, edge.on_piece)}"


def test_edges_are_those_of_the_case(circles):
    expected = (CASES / "edges.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(text(edge) for edge in circles.edges) == expected


def test_dependents_and_dependencies_are_found_by_key(circles):
    view = ObjectKey("VIEW", "public", "vg")
    assert {str(edge.dependent) for edge in circles.dependents(view)} == {
        "view public.vg2",
        "default public.vg name",
        "trigger public.vg ti",
        "comment public.VIEW vg",
        "comment public.COLUMN vg.n",
    }
    assert ObjectKey("CONSTRAINT", "public", "u u_pkey") in {edge.on for edge in circles.dependencies(view)}
    assert list(circles.dependents(ObjectKey("VIEW", "public", "none"))) == []


def test_view_in_a_circle_has_its_query_and_a_stand_in(circles):
    view = circles.by_key[ObjectKey("VIEW", "public", "vf")]
    assert view.definition.startswith("CREATE VIEW public.vf AS\n SELECT")
    assert "FROM public.u;" in view.definition
    assert view.stand_in.startswith("CREATE VIEW public.vf AS\nSELECT\n    NULL::integer AS id")
    assert view.columns == ("id integer", "x integer", "y integer")
    assert not any("_RETURN" in entry.name for entry in circles.entries)


def test_columns_of_a_view_tell_modifiers_and_collations_apart(read):
    catalog = read(
        'CREATE VIEW v AS SELECT 1::numeric(5,2) AS "a b", \'x\'::varchar(3) COLLATE "C" AS c, now() AS now;'
    )
    (view,) = catalog.entries
    assert view.columns == (
        '"a b" numeric(5,2)',
        'c character varying(3) COLLATE "C"',
        "now timestamp with time zone",
    )


def test_population_is_known(read):
    catalog = read(
        "CREATE MATERIALIZED VIEW full_ AS SELECT 1 AS a;"
        "CREATE MATERIALIZED VIEW void AS SELECT 1 AS a WITH NO DATA"
    )
    assert {entry.name: entry.populated for entry in catalog.entries} == {"full_": True, "void": False}


def test_circle_that_pg_dump_broke_is_no_difference(read):
    table = "CREATE TABLE t (id integer, name text"
    view = "CREATE VIEW v AS SELECT id, name FROM t"
    whole = read(f"{table}, PRIMARY KEY (id)); {view}")
    broken = read(f"{table}, PRIMARY KEY (id)); {view} GROUP BY id")
    (difference,) = differences(whole.entries, broken.entries)
    assert difference.startswith("VIEW public.v: definition differs")


def test_fingerprint_tells_what_counts(read):
    first = read("CREATE TABLE t (a integer, b integer)")
    same = read("CREATE TABLE t (b integer, a integer)")
    other = read("CREATE TABLE t (a integer, b bigint)")
    assert fingerprint(first.entries) == fingerprint(same.entries) != fingerprint(other.entries)


def test_server_that_is_not_there_is_one_sentence(scratch):
    with pytest.raises(CatalogUnreadable, match=r"^The database .*: can't be reached\.$"):
        read_catalog("host=/nowhere dbname=x password=hush", find_binaries(scratch.major))
