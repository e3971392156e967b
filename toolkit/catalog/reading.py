"""A database to a Catalog: pg_dump's archive, and what pg_depend says about the entries in it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import psycopg

from toolkit.catalog.catalog import Catalog, Edge, Entry
from toolkit.catalog.dependencies import DEPENDENCIES, RELATION, Belonging, find_edges
from toolkit.catalog.dump import Item, read_items
from toolkit.errors import CatalogUnreadable
from toolkit.server.binaries import Binaries
from toolkit.server.target import display_target

_VIEWS: Final = """
    SELECT c.oid::bigint, c.relispopulated, pg_catalog.array_agg(
        pg_catalog.format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod))
            || CASE WHEN a.attcollation <> t.typcollation
                    THEN ' COLLATE ' || a.attcollation::pg_catalog.regcollation ELSE '' END
        ORDER BY a.attnum)
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE c.relkind IN ('v', 'm') AND c.relnamespace <> 'pg_catalog'::pg_catalog.regnamespace
    GROUP BY c.oid
"""


def read_catalog(conninfo: str, binaries: Binaries) -> Catalog:
    """Return what is in the database of `conninfo`.

    What is left out, what binaries are and what is raised: as with read_entries. Raises CatalogUnreadable
    also for a server that can't be reached and for two objects that go by one name.
    """
    try:
        with psycopg.connect(conninfo) as connection, ThreadPoolExecutor(1) as pool:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            connection.execute("SET LOCAL search_path = ''")
            (snapshot,) = connection.execute("SELECT pg_catalog.pg_export_snapshot()").fetchone() or (None,)
            items = pool.submit(read_items, conninfo, binaries, snapshot)
            belonging = Belonging(connection.execute(DEPENDENCIES).fetchall())
            views = {oid: (populated, columns) for oid, populated, columns in connection.execute(_VIEWS)}
            major = connection.info.server_version // 10000
            return _catalog(major, items.result(), belonging, views)
    except psycopg.Error as error:
        words = error.diag.message_primary or "can't be reached"
        raise CatalogUnreadable(f"The database {display_target(conninfo)}: {words}.") from None


def _catalog(
    major: int, items: Sequence[Item], belonging: Belonging, views: Mapping[int, tuple[bool, list[str]]]
) -> Catalog:
    entries = tuple(_with_facts(item, views) for item in items)
    keys = [entry.key for entry in entries]
    doubled = [str(key) for key, count in Counter(keys).items() if count > 1]
    if doubled:
        raise CatalogUnreadable(
            f"Two objects go by one name: {', '.join(doubled)}.", remedy="Rename one of them."
        )
    return Catalog(major, entries, (*_by_schema(entries), *find_edges(items, keys, belonging)))


def _with_facts(item: Item, views: Mapping[int, tuple[bool, list[str]]]) -> Entry:
    class_, oid = item.address
    if class_ != RELATION or oid not in views:
        return item.entry
    populated, columns = views[oid]
    if item.entry.kind == "VIEW":
        return replace(item.entry, columns=tuple(columns))
    return replace(item.entry, populated=populated)


def _by_schema(entries: Sequence[Entry]) -> Iterator[Edge]:
    schemas = {entry.name: entry.key for entry in entries if entry.kind == "SCHEMA"}
    for entry in entries:
        if entry.schema in schemas:
            yield Edge(entry.key, None, schemas[entry.schema], None, owned=False)
