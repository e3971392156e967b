"""The contract against documents: random rows in the tables, every read model read and checked."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Final

import psycopg
from psycopg import sql

from toolkit.catalog.rows import fill_tables
from toolkit.catalog.samples import Draws
from toolkit.catalog.tables import read_tables
from toolkit.checks.outcome import Outcome
from toolkit.checks.project import Project
from toolkit.core.contract import Column, Contract, ReadModel
from toolkit.core.notation import write_name
from toolkit.core.settings import Settings
from toolkit.core.shapes import Shape, or_null
from toolkit.core.words import counted
from toolkit.shape.examples import example
from toolkit.shape.verify import check
from toolkit.shape.witness import expected, observed

Maker = Callable[[Draws], str | None]
_MOST: Final = 500  # documents of one read model in one round
_EDGES: Final = 0.25
_SEED, _ROWS = 2, 20  # of the check
_LONGEST: Final = 200  # characters of a document in a message
_REFRESH, _CALL = "REFRESH MATERIALIZED VIEW {}", "SELECT {}()"
_MATVIEWS: Final = """
    SELECT n.nspname, c.relname FROM pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'm' AND n.nspname <> 'toolkit' ORDER BY c.oid
"""
# What fills projections: functions without parameters that the role of maintenance may execute.
_MAINTENANCE: Final = """
    SELECT n.nspname, p.proname FROM pg_proc AS p INNER JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE p.prokind = 'f' AND p.pronargs = 0 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND p.prorettype <> 'trigger'::regtype
        AND EXISTS (SELECT FROM pg_roles WHERE rolname = {role})
        AND has_function_privilege({role}, p.oid, 'EXECUTE')
        AND NOT has_function_privilege('public', p.oid, 'EXECUTE')
    ORDER BY p.proname
"""


@dataclass(frozen=True, slots=True)
class Broken:
    """A document that is not as its contract says: in which read model, where, how, and with which seed."""

    model: str
    path: str
    message: str
    seed: int
    document: str


@dataclass(slots=True)
class Verification:
    """What was found. unseen: what the contract allows and no document showed. notes: what was not done."""

    rounds: int = 0
    documents: int = 0
    broken: list[Broken] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verify_contract(project: Project, *, seed: int, rounds: int, rows: int) -> Verification:
    """Fill scratch databases with random rows, and check every document against the contract.

    seed: of the first round, the next ones count up; the same seed makes the same rows. rows: for each table.
    """
    inferred = project.inferred
    found = Verification()
    missing = set(_expected(inferred.contract))
    states = project.pinned
    for number in range(seed, seed + rounds):
        project.show(f"Round {number - seed + 1} of {rounds} (seed {number})")
        with (
            states.copy(states.desired()) as conninfo,
            psycopg.connect(conninfo, autocommit=True) as connection,
        ):
            found.notes += _fill(connection, project.settings, number, rows, inferred.declared)
            for model in inferred.contract.read_models:
                missing -= _read(connection, model, project.settings, number, found)
        found.rounds += 1
    found.unseen = sorted(missing)
    found.notes = list(dict.fromkeys(found.notes))
    return found


def check_documents(project: Project) -> Outcome:
    """Check documents of a few random rows against the contract that the SQL makes."""
    found = verify_contract(project, seed=_SEED, rounds=1, rows=_ROWS)
    told = {(broken.model, broken.path): broken for broken in reversed(found.broken)}
    findings = [
        project.at(
            broken.model,
            "documents",
            f"{broken.model} {broken.path} {broken.message} in {broken.document[:_LONGEST]}",
            f"See `toolkit contract verify --seed {broken.seed} --rounds 1`; mend the view, or its comment.",
        )
        for broken in told.values()
    ]
    major = project.pinned.scratch.major
    said = f"{counted(found.documents, 'document')} compared with the contract on PostgreSQL {major}"
    return Outcome(said, tuple(findings), tuple(found.notes))


def _fill(
    connection: psycopg.Connection, settings: Settings, seed: int, rows: int, declared: Mapping[str, Shape]
) -> Iterator[str]:
    """Put rows into the tables that are written, and let what is made of them be made; yield what failed."""
    projections = settings.names.projection
    tables = [(table.schema, table.name) for table in read_tables(connection)]
    written = [name for name in tables if not name[1].startswith(projections)]
    # Every other round without edge values: sums of the largest numbers overflow, and nothing can be read.
    edges = _EDGES if seed % 2 else 0.0
    given = dict(_given(declared, settings.schema))
    for filled in fill_tables(connection, seed=seed, rows=rows, only=written, edges=edges, given=given):
        if filled.reason:
            yield f"{filled.schema}.{filled.name} has no rows: {filled.reason}"
    role = sql.Literal(settings.roles.maintain)
    matviews = connection.execute(_MATVIEWS.encode()).fetchall()
    functions = connection.execute(sql.SQL(_MAINTENANCE).format(role=role)).fetchall()
    for statement, names in ((_REFRESH, matviews), (_CALL, functions)):
        for name in names:
            try:
                connection.execute(sql.SQL(statement).format(sql.Identifier(*name)))
            except psycopg.Error as error:
                yield f"{'.'.join(name)} was not filled: {error.diag.message_primary} (seed {seed})"


def _given(declared: Mapping[str, Shape], schema: str) -> Iterator[tuple[tuple[str, str, str], Maker]]:
    """Yield what makes the documents of columns whose shape is declared."""
    for place, shape in declared.items():
        *before, table, column = [part.strip('"') for part in place.split(".")]
        yield (before[0] if before else schema, table, column), partial(_json, or_null(shape))


def _json(shape: Shape, draws: Draws) -> str | None:
    value = example(shape, draws)
    return None if value is None else json.dumps(value)


def _documents(
    connection: psycopg.Connection, model: ReadModel, settings: Settings
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a read model, each as an object with its columns."""
    parts = [part.strip('"') for part in model.name.split(".")]
    name = sql.Identifier(*(parts if len(parts) > 1 else (settings.schema, *parts)))
    query = sql.SQL("SELECT to_jsonb(model)::text FROM {} AS model LIMIT {}").format(name, _MOST)
    for (text,) in connection.execute(query):
        yield json.loads(text, parse_float=Decimal)


def _read(
    connection: psycopg.Connection, model: ReadModel, settings: Settings, seed: int, found: Verification
) -> set[str]:
    """Check the documents of a read model; return what they have shown of its contract."""
    try:
        documents = list(_documents(connection, model, settings))
    except psycopg.Error as error:
        found.notes.append(f"{model.name} can't be read: {error.diag.message_primary} (seed {seed})")
        return set()
    found.documents += len(documents)
    seen: set[str] = set()
    for document in documents:
        _check(document, model, seed, found)
        seen.update(_observed(document, model))
    return seen


def _check(row: dict[str, Any], model: ReadModel, seed: int, found: Verification) -> None:
    for column in model.columns:
        shape = or_null(column.shape) if column.nullable else column.shape
        for path, message in check(row[column.name], shape):
            parts = (part if part.isdigit() else write_name(part) for part in (column.name, *path))
            text = json.dumps(row[column.name], default=str, ensure_ascii=False)
            found.broken.append(Broken(model.name, ".".join(parts), message, seed, text))


def _expected(contract: Contract) -> Iterator[str]:
    for model in contract.read_models:
        for column in model.columns:
            if column.nullable:
                yield f"{_place(model, column)} is null"
            yield from expected(column.shape, _place(model, column))


def _observed(row: dict[str, Any], model: ReadModel) -> Iterator[str]:
    for column in model.columns:
        yield from observed(row[column.name], column.shape, _place(model, column))


def _place(model: ReadModel, column: Column) -> str:
    return f"{model.name} {write_name(column.name)}"
