"""What a database holds, read from PostgreSQL's catalogs over its connection: a second reader beside pg_dump.

It sees what an archive does not (indexes that are INVALID, dependencies), needs no program beside the server,
and shares no code with the first reader, so that one finds what the other misses.
"""

from collections.abc import Iterator

import psycopg

from toolkit.catalog.fact_queries import QUERIES
from toolkit.core.changes import ObjectKey

Facts = frozenset[tuple[str, ...]]
"""What is true of the objects of a database: kind, schema and name of one, and a text about it."""


def read_facts(connection: psycopg.Connection) -> Facts:
    """Return the facts of every object; changes nothing, and waits for nobody.

    What the toolkit keeps for itself, members of extensions and roles are left out.
    The search path has to be empty, or the text of the facts is another.
    """
    return frozenset(row for query in QUERIES for row in connection.execute(query).fetchall())


def differing_facts(
    first: Facts, second: Facts, names: tuple[str, str] = ("first", "second")
) -> Iterator[str]:
    """Yield a text for each fact that only one of two databases has; none where they agree."""
    sides = ((names[0], first - second), (names[1], second - first))
    told = sorted((fact[:3], place, fact[3]) for place, (_, facts) in enumerate(sides) for fact in facts)
    for key, place, text in told:
        yield f"{ObjectKey(*key)}: only in {names[place]}: {text}"
