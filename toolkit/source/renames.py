"""Former names: `-- toolkit: renamed from x` above a statement, a column or a constraint of an artifact."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from pglast import parser

from toolkit.errors import ArtifactError
from toolkit.source.facts import (
    Column,
    Constraint,
    Declared,
    Fact,
    Index,
    Routine,
    Statement,
    Table,
    Trigger,
    View,
)
from toolkit.source.reading import read_facts

_RENAMED: Final = re.compile(
    r"--\s*toolkit:\s*renamed\b(?:\s+from\s+(?P<name>[^\s\".]+|\"(?:[^\"]|\"\")+\"))?\s*(?P<rest>.*)"
)
_COMMENTS: Final = ("SQL_COMMENT", "C_COMMENT")
_DECLARED: Final = {
    "enum type": "TYPE",
    "range type": "TYPE",
    "composite type": "TYPE",
    "domain": "DOMAIN",
    "sequence": "SEQUENCE",
    "statistics": "STATISTICS",
}


class Renamed(NamedTuple):
    """That something had another name.

    kind: as pg_dump has it, COLUMN and CONSTRAINT besides. of: the table of a column, constraint or trigger,
    else empty. place: file and line of the comment, for messages.
    """

    kind: str
    schema: str
    of: str
    old: str
    new: str
    place: str


def read_renames(text: str, path: Path, schema: str) -> list[Renamed]:
    """Return what the comments in an artifact say; schema: that of unqualified names.

    Raises ArtifactError for a comment that can't be understood or stands above nothing that has a name.
    """
    if "toolkit:" not in text:
        return []
    found = []
    tokens = parser.scan(text)
    facts = read_facts(text, schema, bodies=False)
    for number, token in enumerate(tokens):
        said = _RENAMED.fullmatch(text, token.start, token.end + 1) if token.name == "SQL_COMMENT" else None
        if said is None:
            continue
        place = f"{path}:{text.count(chr(10), 0, token.start) + 1}"
        if said["name"] is None or said["rest"]:
            raise ArtifactError(
                f"{place}: a former name is missing.", remedy="Write `-- toolkit: renamed from old_name`."
            )
        below = next((other.start for other in tokens[number:] if other.name not in _COMMENTS), len(text))
        named = next(_named(facts, below), None)
        if named is None:
            raise ArtifactError(
                f"{place}: what stands below has no name to change.",
                remedy="Write the line above CREATE, or above a column or constraint of CREATE TABLE.",
            )
        found.append(Renamed(*named[:3], _folded(said["name"]), named[3], place))
    return found


def _folded(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def _named(facts: Sequence[Fact], start: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield kind, schema, table and name of what begins at an offset."""
    for number, fact in enumerate(facts):
        if fact.start == start and isinstance(fact, Column):
            yield "COLUMN", fact.table.schema, fact.table.name, fact.name
        elif fact.start == start and isinstance(fact, Constraint) and fact.name:
            yield "CONSTRAINT", fact.table.schema, fact.table.name, fact.name
        elif fact.start == start and isinstance(fact, Statement):
            yield from (name for name in map(_object, facts[number + 1 : number + 2]) if name)


def _object(fact: Fact) -> tuple[str, str, str, str] | None:
    kind = of = ""
    if isinstance(fact, Index | Trigger):
        name = fact.table._replace(name=fact.name)
        kind, of = ("INDEX", "") if isinstance(fact, Index) else ("TRIGGER", fact.table.name)
    elif isinstance(fact, Table | View | Routine | Declared):
        name = fact.name
        if isinstance(fact, View):
            kind = "MATERIALIZED VIEW" if fact.materialized else "VIEW"
        elif isinstance(fact, Table):
            kind = "FOREIGN TABLE" if fact.foreign else "TABLE"
        else:
            kind = fact.kind.upper() if isinstance(fact, Routine) else _DECLARED.get(fact.kind, "")
    return (kind, name.schema, of, name.name) if kind and name.name else None
