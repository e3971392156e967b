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
    RevisionUnknown,
    SeveralHeads,
    ToolkitError,
)
from toolkit.migrate import ledger
from toolkit.migrate.connection import Connection, Server, ask_server, connect, explain
from toolkit.source.revisions import Revision, Revisions, checksum


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
    """Where the database stands. heads: what alembic_version says, sorted."""

    server: Server
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


def open_state(conninfo: str, settings: Settings) -> State:
    """Connect, ask where the database stands, and disconnect; raises ToolkitError."""
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


def choose_target(revisions: Revisions, name: str) -> tuple[str, ...]:
    """Return the heads that a name means: "head", an id, or the unambiguous beginning of one.

    Raises SeveralHeads, RevisionUnknown.
    """
    if name != "head":
        return (revisions.find(name).id,)
    if len(revisions.heads) > 1:
        raise SeveralHeads(
            f"The history has several heads: {', '.join(revisions.heads)}.",
            remedy="Join them with `alembic merge heads -m MESSAGE`, or name the revision to go to.",
        )
    return revisions.heads


def choose_rollback(revisions: Revisions, state: State, name: str) -> str:
    """Return what `rollback` goes back to, in Alembic's words: an id, "base", or steps such as "-1".

    Raises RevisionUnknown for what is not an ancestor of where the database stands, SeveralHeads for a number
    of steps where there are several ways.
    """
    if name == "base":
        return name
    if name.startswith("-") and name[1:].isdecimal() and int(name) < 0:
        if len(state.heads) > 1:
            raise SeveralHeads(
                f"The database has several heads: {', '.join(state.heads)}.",
                remedy="Name the revision to go back to.",
            )
        return name
    revision = revisions.find(name)
    if revision.id not in revisions.ancestors(*state.heads):
        raise RevisionUnknown(
            f"Revision {revision.id} is not applied, so there is no way back to it.",
            remedy="`toolkit status` shows where the database stands.",
        )
    return revision.id
