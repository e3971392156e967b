"""One run: revisions applied or taken back, statement by statement, and recorded; live or as a script."""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, LiteralString

import psycopg
from alembic.runtime.migration import MigrationContext, MigrationInfo, RevisionStep
from psycopg import sql

from toolkit.core.settings import Settings
from toolkit.errors import FileChanged, RevisionFailed
from toolkit.migrate import ledger, locks
from toolkit.migrate.connection import Connection, explain, session_settings, words
from toolkit.migrate.files import Action, Direction, SqlFile, Step, read_file
from toolkit.migrate.gate import refuse_drift
from toolkit.migrate.ledger import LedgerRow, StepRow
from toolkit.migrate.locks import Holder
from toolkit.migrate.status import Partial, unfinished
from toolkit.source.effects import ConcurrentIndex
from toolkit.source.revisions import NO_TRANSACTION, Revision, Revisions

LOCK_NOT_AVAILABLE = "55P03"
# What to do about an error of a revision's statement, where its SQLSTATE tells.
_REMEDIES = {
    LOCK_NOT_AVAILABLE: "Another session holds a lock on it for long: end that session (pg_blocking_pids()"
    " names it), try again when it is quieter, or raise tool.toolkit.migrate.lock-timeout.",
    "25001": "What can't run in a transaction needs a revision of its own whose SQL files begin with"
    f" `{NO_TRANSACTION}`; docs/how-to/write-a-revision.md of cqrs-toolkit shows one.",
}


@dataclass(frozen=True, slots=True)
class Done:
    """A revision was applied or taken back. number counts from 1 to total."""

    revision: Revision
    direction: str
    number: int
    total: int
    duration_ms: float


@dataclass(frozen=True, slots=True)
class Running:
    """A revision begins, or a step of it: position counts from 1 to steps."""

    revision: Revision
    direction: str
    number: int
    total: int
    position: int
    steps: int


Event = Done | Running | Holder
Notify = Callable[[Event], None]


def ignore(event: object) -> None:
    """Hear an event where nobody listens."""


class Run:
    """What `upgrade`, `downgrade` and `stamp` do, from the plan to the last row of the ledger."""

    def __init__(
        self,
        settings: Settings,
        revisions: Revisions,
        steps: tuple[StepRow, ...],
        notify: Notify,
        *,
        draft: bool = False,
    ) -> None:
        """Begin a run; steps are the recorded events of a revision that is not finished.

        draft: whether places that a person has to fill may be empty.
        """
        self._settings = settings
        self._session = session_settings(settings)
        self._before = self._session.as_string() + "; "
        self._revisions = revisions
        self._names = {revision.path.name: revision for revision in revisions.order}
        self._steps = steps
        self._notify = notify
        self._draft = draft
        self._files: dict[tuple[str, str], SqlFile] = {}
        self._planned: list[tuple[str, str]] = []
        self._heads: tuple[str, ...] = ()
        self._total = 0
        self._began = 0.0
        self.recorded = 0

    def plan(self, heads: Iterable[str], steps: Iterable[Any]) -> list[Any]:
        """Take Alembic's plan and read every file of it: what can't be applied stops before anything ran.

        Raises RevisionUnfinished, and what read_file raises.
        """
        plan = list(steps)
        self._heads, self._total = tuple(sorted(heads)), len(plan)
        for step in plan:
            if isinstance(step, RevisionStep):
                revision = self._revisions[step.revision.revision]
                direction: Direction = "upgrade" if step.is_upgrade else "downgrade"
                if not revision.is_merge:
                    self._planned.append((revision.id, direction))
                    self._read(revision, direction)
                if step.is_upgrade and not revision.is_merge:  # goes into the ledger
                    self._read(revision, "downgrade")
        if plan and self._steps and isinstance(plan[0], RevisionStep):
            last = self._steps[-1]
            direction = "upgrade" if plan[0].is_upgrade else "downgrade"
            if (plan[0].revision.revision, direction) != (last.revision, last.direction):
                raise unfinished(Partial.of(last))
        return plan

    def _read(self, revision: Revision, direction: Direction) -> None:
        self._files[revision.id, direction] = read_file(revision, direction, draft=self._draft)

    def downgrades(self) -> list[SqlFile]:
        """Return the down files that the plan will run, in order."""
        return [self._files[id_, way] for id_, way in self._planned if way == "downgrade"]

    def apply(self, context: MigrationContext, name: str, direction: Direction) -> None:
        """Run one revision's SQL file; called inside the transaction that Alembic opened for it.

        Raises DatabaseDrifted, RevisionFailed, ConnectionLost, FileChanged.
        """
        revision = self._names[name]
        file = self._files[revision.id, direction]
        self._began = time.perf_counter()
        expected = revision.source if direction == "upgrade" else revision.target
        # Steps that ran already have changed some of it.
        if expected and not context.as_sql and revision.id not in {step.revision for step in self._steps}:
            refuse_drift(_driver(context), revision, expected)
        if revision.transactional:
            self._announce(revision, direction, 1, 1)
            self._run_transactional(context, file.steps[0])
            return
        with context.autocommit_block():
            for position, step in enumerate(file.steps, 1):
                row = StepRow(revision.id, direction, position, len(file.steps), "started", step.checksum)
                if not self._is_finished(row, file):
                    self._announce(revision, direction, position, len(file.steps))
                    self._run_step(context, step, row)

    def _run_transactional(self, context: MigrationContext, step: Step) -> None:
        """Run all statements; the settings travel with the first one, the lock is asked for by the ledger."""
        if context.as_sql or not step.actions:
            _send(context, self._session)
        before = self._before
        for action in step.actions:
            _perform(context, action, before=before)
            before = ""

    def _announce(self, revision: Revision, direction: Direction, position: int, steps: int) -> None:
        self._notify(Running(revision, direction, self.recorded + 1, self._total, position, steps))

    def _is_finished(self, row: StepRow, file: SqlFile) -> bool:
        finished = [
            event.checksum
            for event in self._steps
            if event.event == "finished"
            and (event.revision, event.direction, event.position)
            == (row.revision, row.direction, row.position)
        ]
        if finished and finished[-1] != row.checksum:
            raise FileChanged(
                f"{file.path}: step {row.position} was changed after it was applied.",
                remedy="Restore it; only steps that have not finished may be edited.",
            )
        return bool(finished)

    def _run_step(self, context: MigrationContext, step: Step, row: StepRow) -> None:
        (action,) = step.actions
        settings = session_settings(self._settings, lock_timeout=0.0 if action.effects.concurrently else None)
        if context.as_sql:
            _send(context, settings)
        else:
            locks.require(_driver(context), settings)
        index = None if context.as_sql else action.effects.index
        if index is not None:
            _make_way(_driver(context), action, index, interrupted=row in self._steps)
        _send(context, ledger.insert_step(row))
        _perform(context, action)
        if index is not None and _find_index(_driver(context), index) is None:
            raise RevisionFailed(
                _place(action), f"{index.name} exists and is no index of {index.table}", None
            )
        _send(context, ledger.insert_step(replace(row, event="finished")))

    def record(
        self, *, ctx: MigrationContext, step: MigrationInfo, heads: Collection[str], **_: object
    ) -> None:
        """Write the ledger's row, in the transaction that changed alembic_version (on_version_apply)."""
        before, self._heads = self._heads, tuple(sorted(heads))
        self.recorded += 1
        if step.is_stamp:
            _add_row(ctx, LedgerRow("stamp", step.up_revision_id, before, self._heads))
            return
        direction: Direction = "upgrade" if step.is_upgrade else "downgrade"
        revision = self._revisions[str(step.up_revision_id)]
        milliseconds = (time.perf_counter() - self._began) * 1000 if self._began else 0.0
        self._began = 0.0
        up, down = (self._files.get((revision.id, way)) for way in ("upgrade", "downgrade"))
        row = LedgerRow(
            direction,
            revision.id,
            before,
            self._heads,
            checksum=up.checksum if up and step.is_upgrade else None,
            down_sql=down.text if down and step.is_upgrade else None,
            duration_ms=None if ctx.as_sql else round(milliseconds, 3),
        )
        _add_row(ctx, row)
        self._notify(Done(revision, direction, self.recorded, self._total, milliseconds))


def _driver(context: MigrationContext) -> Connection:
    connection = context.connection
    assert connection is not None
    driver: Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def _send(context: MigrationContext, statement: sql.Composed) -> None:
    """Send the toolkit's own statement, or print it."""
    if context.as_sql:
        context.impl.static_output(statement.as_string() + ";")
    else:
        _driver(context).execute(statement)


def _add_row(context: MigrationContext, row: LedgerRow) -> None:
    """Write a row of the ledger, or print the statement that does."""
    if context.as_sql:
        _send(context, ledger.insert_row(row))
    else:
        ledger.add_row(_driver(context), row)


def _perform(context: MigrationContext, action: Action, *, before: str = "") -> None:
    """Send a statement of a revision, or print it; `before` goes in front of it in the same message."""
    statement = action.statement
    if context.as_sql:
        context.impl.static_output(statement.text + "\n;")  # it may end in a comment
        return
    try:
        _driver(context).execute((before + statement.text).encode())
    except psycopg.Error as error:
        if error.diag.message_primary is None or (error.sqlstate or "").startswith(("08", "57P")):
            raise explain(error) from error
        position = int(error.diag.statement_position or 1) - len(before)
        place = f"{statement.path}:{statement.line_at(position)}"
        remedy = _REMEDIES.get(error.sqlstate or "")
        raise RevisionFailed(place, words(error), error.sqlstate, remedy=remedy) from error


_INDEX: LiteralString = """
SELECT nspname, indisvalid
FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
WHERE indrelid = to_regclass(%s) AND relname = %s
"""


def _find_index(connection: Connection, index: ConcurrentIndex) -> tuple[str, bool] | None:
    """Return schema and validity of the table's index of this name."""
    table = sql.Identifier(*([index.schema] if index.schema else []), index.table).as_string()
    row = connection.execute(_INDEX, [table, index.name]).fetchone()
    return (row[0], row[1]) if row else None


def _make_way(connection: Connection, action: Action, index: ConcurrentIndex, *, interrupted: bool) -> None:
    """Drop what an interrupted CREATE INDEX CONCURRENTLY left behind; IF NOT EXISTS would be content with it.

    interrupted: this very step was begun before, so that a valid index is its work.
    Raises RevisionFailed for a valid index that is somebody else's.
    """
    found = _find_index(connection, index)
    if found is None:
        return
    schema, valid = found
    if not valid:
        name = sql.Identifier(schema, index.name)
        connection.execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(name))
    elif not interrupted:
        raise RevisionFailed(_place(action), f"index {index.name} exists already", None)


def _place(action: Action) -> str:
    return f"{action.statement.path}:{action.statement.line}"
