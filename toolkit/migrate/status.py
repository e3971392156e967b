"""Where a database stands against the revisions; knows neither Alembic nor SQLAlchemy nor pglast."""

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from psycopg import sql

from toolkit.core.settings import Settings
from toolkit.errors import (
    DatabaseAhead,
    FileChanged,
    LedgerDisagrees,
    RevisionUnfinished,
    ToolkitError,
)
from toolkit.migrate import ledger
from toolkit.migrate.connection import Connection, Server, ask_server, connect, explain
from toolkit.source.checksums import checksum
from toolkit.source.revisions import Revision, Revisions


@dataclass(frozen=True, slots=True)
class Partial:
    """A revision that is applied in part: direction, the last step that ran, whether that finished."""

    revision: str
    direction: str
    position: int
    steps: int
    finished: bool

    @classmethod
    def of(cls, last: ledger.StepRow) -> "Partial":
        """Return what the last event of a step says."""
        return cls(last.revision, last.direction, last.position, last.steps, last.event == "finished")

    def __str__(self) -> str:
        state = "finished" if self.finished else "not finished"
        return f"{self.direction} of {self.revision}, step {self.position} of {self.steps} ({state})"


@dataclass(frozen=True, slots=True)
class State:
    """Where the database stands.

    server: None for an embedded server that has no data yet. heads: what alembic_version says, sorted.
    """

    server: Server | None
    heads: tuple[str, ...]
    ledger: ledger.Ledger

    @property
    def partial(self) -> Partial | None:
        """The revision that is applied in part."""
        if not self.ledger.steps:
            return None
        return Partial.of(self.ledger.steps[-1])


def read_state(connection: Connection, settings: Settings) -> State:
    """Ask where the database stands; as the owner, where the user may be it. Changes nothing."""
    server = ask_server(connection, settings)
    if settings.owner and server.may_act_as_owner:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(settings.owner)))
    return State(server, read_heads(connection, settings), ledger.read(connection))


def open_state(conninfo: str | None, settings: Settings) -> State:
    """Connect, ask where the database stands, and disconnect; raises ToolkitError.

    conninfo: None for an embedded server that has no data yet: nothing is there to ask.
    """
    if conninfo is None:
        return State(None, (), ledger.Ledger())
    with connect(conninfo) as connection:
        try:
            return read_state(connection, settings)
        except psycopg.Error as error:
            raise explain(error) from error


def refuse_problems(state: State, revisions: Revisions, direction: str) -> None:
    """Raise the first problem, or RevisionUnfinished where the other direction is half-way."""
    for problem in find_problems(state, revisions):
        raise problem
    partial = state.partial
    if partial and partial.direction != direction:
        raise unfinished(partial)


def unfinished(partial: Partial) -> RevisionUnfinished:
    """Return the error for going on elsewhere than where a revision was left."""
    return RevisionUnfinished(
        f"The {partial.direction} of {partial.revision} is at step {partial.position} of {partial.steps}.",
        remedy=f"Finish the {partial.direction} first; mend the step where it failed.",
    )


def read_heads(connection: Connection, settings: Settings) -> tuple[str, ...]:
    """Return what alembic_version says, sorted; nothing where there is no such table."""
    there = connection.execute(
        "SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname = %s AND relname = 'alembic_version'",
        [settings.schema],
    )
    if there.fetchone() is None:
        return ()
    query = sql.SQL("SELECT version_num FROM {}.alembic_version").format(sql.Identifier(settings.schema))
    return tuple(sorted(row[0] for row in connection.execute(query)))


def find_problems(state: State, revisions: Revisions) -> list[ToolkitError]:
    """Return why nothing may be applied: an unknown revision, a ledger that disagrees, changed files."""
    unknown = [head for head in state.heads if head not in revisions]
    if unknown:
        return [
            DatabaseAhead(
                f"The database stands at {', '.join(unknown)}, which this code does not have.",
                remedy="Deploy the code that has it, or roll back with that code; if nobody has it, find out"
                " where the database really stands and run `alembic stamp --purge REVISION` with it.",
            )
        ]
    problems: list[ToolkitError] = []
    if state.heads != state.ledger.heads:
        problems.append(
            LedgerDisagrees(
                f"alembic_version says {_list(state.heads)}, the ledger says {_list(state.ledger.heads)}.",
                remedy="Find out which is true, then run `alembic stamp --purge REVISION` with it.",
            )
        )
    applied = revisions.ancestors(*state.heads)
    for id_, recorded in state.ledger.checksums.items():
        changed = _describe_change(revisions[id_], recorded) if id_ in applied else None
        if changed:
            problems.append(
                FileChanged(
                    f"{changed} after it was applied.",
                    remedy="Restore it and write a new revision instead.",
                )
            )
    return problems


def _list(heads: Iterable[str]) -> str:
    return ", ".join(heads) or "nothing"


def _describe_change(revision: Revision, recorded: str | None) -> str | None:
    if revision.up is None:
        return f"The .up.sql of {revision.path} was removed" if recorded else None
    return None if checksum(revision.up) == recorded else f"{revision.up} was changed"
