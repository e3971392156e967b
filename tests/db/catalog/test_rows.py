"""Random rows in real tables: they keep to every constraint, and what can't be filled says why."""

from pathlib import Path

import psycopg
import pytest

from toolkit.catalog.rows import fill_tables
from toolkit.catalog.samples import Draws, sample
from toolkit.catalog.tables import read_tables

CASES = Path(__file__).parents[2] / "cases" / "catalog"
ZOO = (CASES / "zoo.sql").read_text(encoding="utf-8")
TABLES = (CASES / "awkward_tables.sql").read_text(encoding="utf-8")
BASE_TYPES = """
    SELECT format_type(oid, NULL) FROM pg_type
    WHERE typtype = 'b' AND typelem = 0 AND typnamespace = 'pg_catalog'::regnamespace
        AND typname !~ '^(reg|pg_)'
        AND typname <> ALL ('{aclitem,cid,gtsvector,jsonpath,refcursor,tid,txid_snapshot,xid,xml}')
"""


@pytest.fixture
def connection(scratch_by_major):
    conninfo = scratch_by_major.create()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(ZOO)
        yield connection
    scratch_by_major.release(conninfo)


def test_tables_with_constraints_of_every_kind_get_rows(connection):
    connection.execute(TABLES)
    filled = {table.name: table for table in fill_tables(connection, seed=1)}
    assert {name: table.reason for name, table in filled.items()} == dict.fromkeys(filled)
    assert filled["event"].rows == 20
    assert set(filled) == {"tb_user", "tb_post", "tb_part", "odd", "event", "ordered", "late", "Odd %name"}
    in_both = "SELECT count(DISTINCT tableoid) FROM event"
    assert connection.execute(in_both).fetchone() == (2,)
    referring = connection.execute("SELECT count(*) FROM odd WHERE parent IS NOT NULL").fetchone()
    assert referring != (0,)


def test_same_seed_gives_same_rows(connection):
    connection.execute(TABLES)
    texts = []
    for seed in (7, 7, 8):
        fill_tables(connection, seed=seed)
        texts.append(connection.execute("SELECT string_agg(t::text, chr(10)) FROM ordered AS t").fetchone())
        connection.execute('TRUNCATE tb_user, tb_post, tb_part, odd, event, ordered, late, "Odd %name"')
    assert texts[0] == texts[1] != texts[2]


def test_table_that_can_not_be_filled_says_why(connection):
    connection.execute("""
        CREATE TABLE never (a int NOT NULL CHECK (a > 5 AND a < 3));
        CREATE TABLE unknown (a pg_snapshot NOT NULL);
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$;
        CREATE TABLE refused (a int);
        CREATE TRIGGER refuse BEFORE INSERT ON refused FOR EACH ROW EXECUTE FUNCTION refuse();
    """)
    only = [("public", name) for name in ("never", "unknown", "refused")]
    filled = {table.name: (table.rows, table.reason) for table in fill_tables(connection, seed=1, only=only)}
    assert filled == {
        "never": (0, "no candidate met the constraints"),
        "refused": (0, "not today"),
        "unknown": (0, "no value of type pg_snapshot is known for column a"),
    }


def test_tables_that_matter_bring_those_they_refer_to(connection):
    filled = fill_tables(connection, seed=1, only=[("public", "tb_post")])
    assert [table.name for table in filled] == ["tb_user", "tb_post"]


def test_samples_of_every_base_type_are_values_of_it(connection):
    names = [name for (name,) in connection.execute(BASE_TYPES)]
    columns = ", ".join(f"c{number} {name}[] NOT NULL" for number, name in enumerate(names))
    connection.execute(f"CREATE TABLE every ({columns})")
    (table,) = [table for table in read_tables(connection) if table.name == "every"]

    random = Draws(3)
    for column in table.columns:
        element = column.type.parts[0]
        values = [sample(element, random) for _ in range(60)]
        assert None not in values, element.sql
        for value in values:
            connection.execute(f"SELECT %s::{element.sql}", (value,))
