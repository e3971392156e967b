"""What a database holds, read from PostgreSQL's catalogs over its connection: a second reader beside pg_dump.

It sees what an archive does not (indexes that are INVALID, dependencies), needs no program beside the server,
and shares no code with the first reader, so that one finds what the other misses.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Final

import psycopg
from psycopg import sql

from toolkit.catalog.fact_queries import QUERIES
from toolkit.core.changes import ObjectKey

_NAMES: Final = re.compile(r"\{names\[(.*?)\]\}")

Facts = Mapping[ObjectKey, frozenset[str]]


def read_facts(connection: psycopg.Connection, names: Collection[str] | None = None) -> Facts:
    """Return the facts of every object; changes nothing, and waits for nobody.

    What the toolkit keeps for itself, members of extensions and roles are left out. names: of the objects
    that matter (a routine's without its parameters), None for all; dependencies are read for all only.
    The search path has to be empty, or the text of the facts is another.
    """
    found: dict[ObjectKey, set[str]] = defaultdict(set)
    listed = sql.Literal(list(names)) if names is not None else None
    with connection.cursor() as cursor:
        for query in QUERIES:
            for kind, schema, name, fact in cursor.execute(_restrict(query, listed)):
                found[ObjectKey(kind, schema, name)].add(fact)
    return {key: frozenset(facts) for key, facts in found.items()}


def _restrict(query: str, names: sql.Literal | None) -> sql.Composed:
    """Put the condition on names where the query wants it."""
    parts = _NAMES.split(query)
    composed: list[sql.Composable] = [sql.SQL(parts[0])]
    for column, after in zip(parts[1::2], parts[2::2], strict=True):
        if names is None:
            composed.append(sql.SQL("true"))
        elif column == "''":
            composed.append(sql.SQL("false"))
        else:
            composed.append(sql.SQL("{} = ANY ({})").format(sql.SQL(column), names))
        composed.append(sql.SQL(after))
    return sql.Composed(composed)


def fingerprint(facts: Collection[str]) -> str:
    """Return 16 hexadecimal digits that stand for the facts of one object."""
    return hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()[:16]


def differing_facts(
    first: Facts, second: Facts, names: tuple[str, str] = ("first", "second")
) -> Iterator[str]:
    """Yield a text for each fact that only one of two databases has; none where they agree."""
    nothing: frozenset[str] = frozenset()
    for key in sorted(first.keys() | second.keys()):
        here, there = first.get(key, nothing), second.get(key, nothing)
        for name, facts in ((names[0], here - there), (names[1], there - here)):
            yield from (f"{key}: only in {name}: {fact}" for fact in sorted(facts))
