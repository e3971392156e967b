"""The contract of a database."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import psycopg
from psycopg import sql

from toolkit.catalog.rulebook import read_rulebook
from toolkit.catalog.trees import read_snapshot
from toolkit.checks.kept import Inferred
from toolkit.core.contract import Command, Contract
from toolkit.core.rules import Rulebook
from toolkit.core.settings import Settings
from toolkit.core.trees import Relation, Snapshot
from toolkit.migrate.connection import connect, explain
from toolkit.shape.commands import Bodies, CommandReader
from toolkit.shape.inference import Inference
from toolkit.shape.traps import traps
from toolkit.source.errors_toml import read_error_codes
from toolkit.source.facts import Routine
from toolkit.source.queries import QualifiedName, Query, Write
from toolkit.source.reading import read_facts

_ERRORS: Final = "errors.toml"
_VIEWS, _TABLES = "vm", "rp"
# Which routines a member of the group roles may execute; all where there are no such roles.
_EXECUTABLE: Final = """
    SELECT p.oid FROM pg_proc AS p
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ANY ({roles})) OR EXISTS (
        SELECT FROM pg_roles AS r
        WHERE r.rolname = ANY ({roles}) AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
    )
"""


def infer_contract(conninfo: str, settings: Settings) -> Inferred:
    """Return the contract of a database: of every read model, and of the functions that roles may call.

    Changes nothing that lasts. Raises ToolkitError where the database can't be read.
    """
    connection = connect(conninfo)
    try:
        snapshot = read_snapshot(connection, settings.schema)
        rulebook = read_rulebook(connection, settings.schema)
        roles = sql.Literal([settings.roles.read, settings.roles.command, settings.roles.maintain])
        executable = {oid for (oid,) in connection.execute(sql.SQL(_EXECUTABLE).format(roles=roles))}
    except psycopg.Error as error:
        raise explain(error) from error
    finally:
        connection.close()
    routines = _routines(rulebook)
    inference = Inference(snapshot, dict(_projections(snapshot, routines, settings)))
    models = tuple(
        inference.read_model(relation.name)
        for relation in _read_models(snapshot.relations.values(), settings)
    )
    commands = _commands(inference, _bodies(snapshot, rulebook, routines, settings), executable)
    comments = {definition.oid: definition.comment for definition in rulebook.definitions}
    return Inferred(
        Contract(models, tuple(command for _, command in commands)),
        {model.name: inference.reads(model.name) for model in models},
        (
            *(f"{note.subject}: {note.text}" for note in inference.notes),
            *(f"{model.name}: {text}" for model in models for text in traps(model)),
        ),
        dict(inference.declared),
        {command.signature: comments[oid] for oid, command in commands if comments.get(oid)},
        snapshot.major,
    )


def _routines(rulebook: Rulebook) -> dict[int, Routine]:
    found: dict[int, Routine] = {}
    for definition in rulebook.definitions:
        for fact in read_facts(definition.text, definition.schema):
            if isinstance(fact, Routine):
                found[definition.oid] = fact
    return found


def _bodies(
    snapshot: Snapshot, rulebook: Rulebook, routines: Mapping[int, Routine], settings: Settings
) -> Bodies:
    path = settings.sql / _ERRORS
    return Bodies(snapshot, rulebook, routines, read_error_codes(path) if path.is_file() else {})


def _commands(inference: Inference, bodies: Bodies, executable: set[int]) -> list[tuple[int, Command]]:
    reader = CommandReader(bodies)
    found = [
        (oid, reader.complete(oid, inference.command(oid)))
        for oid, routine in bodies.routines.items()
        if routine.returns not in ("trigger", "event_trigger") and oid in executable
    ]
    return sorted(found, key=lambda pair: pair[1].signature)


def _read_models(relations: Iterable[Relation], settings: Settings) -> list[Relation]:
    """Return the views, and the tables whose names are those of projections, by name."""
    found = [
        relation
        for relation in relations
        if relation.schema not in ("toolkit", "information_schema")
        and (
            relation.kind in _VIEWS
            or (relation.kind in _TABLES and _bare(relation).startswith(settings.names.projection))
        )
    ]
    return sorted(found, key=lambda relation: relation.name)


def _projections(
    snapshot: Snapshot, routines: Mapping[int, Routine], settings: Settings
) -> Iterator[tuple[str, str]]:
    """Yield each projection with the view that a routine fills it from: `INSERT … SELECT data FROM view`."""
    names = {
        QualifiedName(relation.schema, _bare(relation)): relation for relation in snapshot.relations.values()
    }
    for routine in routines.values():
        for write in _writes(routine):
            table = names.get(write.table)
            if table is not None and write.query and _bare(table).startswith(settings.names.projection):
                view = names.get(_source(write, write.query) or write.table)
                if view is not None and view.kind in _VIEWS:
                    yield table.name, view.name


def _source(write: Write, query: Query) -> QualifiedName | None:
    """Return the relation that all rows of an INSERT come from, through WITH where its names are kept."""
    if len(query.sources) != 1:
        return None
    (source,) = query.sources
    if source.relation is not None:
        return source.relation
    for common in write.common:
        if common.name == source.common and isinstance(common.query, Query):
            return _source(write, common.query)
    return None


def _writes(routine: Routine) -> Iterator[Write]:
    waiting = list(routine.body.steps) if routine.body else []
    while waiting:
        step = waiting.pop()
        yield from (fact for fact in step.facts if isinstance(fact, Write) and fact.kind == "insert")
        for branch in (*step.branches, *(handler.steps for handler in step.handlers)):
            waiting += branch


def _bare(relation: Relation) -> str:
    return relation.name.rpartition(".")[2].strip('"')
