"""Two states of many small groups of objects, each in a schema of its own, so that one database has all."""

from pathlib import Path
from typing import NamedTuple

import psycopg

from toolkit.catalog.catalog import Catalog
from toolkit.catalog.reading import read_catalog
from toolkit.server.binaries import find_binaries

FOLDER = Path(__file__).parents[2] / "cases" / "alter"
WORLD = """
DO $$ DECLARE v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['plan_reader', 'plan_writer', 'plan_owner'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I', v_role);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
END $$;
CREATE FOREIGN DATA WRAPPER plan_wrapper;
CREATE SERVER plan_server FOREIGN DATA WRAPPER plan_wrapper;
"""


class Case(NamedTuple):
    title: str
    before: str
    after: str
    expected: str  # the statements that lead from one to the other, where the file says them


def read_cases(folder):
    cases = {}
    for file in sorted(folder.glob("*.sql")):
        _, *blocks = file.read_text(encoding="utf-8").strip().split("\n\n-- ")
        for number, block in enumerate(blocks):
            title, _, text = block.partition("\n")
            before, _, rest = text.partition("\n-- to\n")
            after, _, expected = rest.partition("\n-- by\n")
            cases[f"{file.stem}_{number:02}"] = Case(title, before, after, expected.strip())
    return cases


CASES = read_cases(FOLDER)
SINCE_18 = read_cases(FOLDER / "since_18")


class World:
    """A database that holds one state of all cases."""

    def __init__(self, scratch, state, cases=CASES) -> None:
        """state: "before" or "after"."""
        self._cases = cases
        self._binaries = find_binaries(scratch.major)
        self.conninfo = scratch.create()
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(WORLD)
            for schema, case in cases.items():
                connection.execute(f"CREATE SCHEMA {schema}")
                connection.execute(f"SET search_path = {schema}")
                connection.execute(getattr(case, state))

    def catalogs(self):
        """Return the catalog of each case, by its schema."""
        whole = read_catalog(self.conninfo, self._binaries)
        return {schema: part_of(whole, schema) for schema in self._cases}


def part_of(catalog, schema):
    """Return what stands in a schema, or has its name as an object without one has."""
    entries = tuple(entry for entry in catalog.entries if entry.schema == schema or schema in entry.name)
    keys = {entry.key for entry in entries}
    edges = tuple(edge for edge in catalog.edges if edge.dependent in keys and edge.on in keys)
    return Catalog(catalog.major, entries, edges)
