"""One run: revisions applied or taken back, statement by statement, and recorded; live or as a script."""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from alembic.runtime.migration import MigrationContext, MigrationInfo, RevisionStep
from psycopg import sql

from toolkit.core.settings import Settings
from toolkit.errors import FileChanged, RevisionFailed, RevisionUnfinished
from toolkit.migrate import ledger, locks
from toolkit.migrate.connection import Connection, explain, session_settings, words
from toolkit.migrate.files import Action, Direction, SqlFile, Step, read_file
from toolkit.migrate.ledger import LedgerRow, StepRow
from toolkit.migrate.locks import Holder
from toolkit.source.effects import ConcurrentIndex
from toolkit.source.revisions import Revision, Revisions, checksum


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


class Run:
    """What `upgrade`, `downgrade` and `stamp` do, from the plan to the last row of the ledger."""

    def __init__(
        self, settings: Settings, revisions: Revisions, steps: tuple[StepRow, ...], notify: Notify
    ) -> None:
        """Begin a run; steps are the recorded events of a revision that is not finished."""
        self._settings = settings
        self._revisions = revisions
        self._names = {revision.path.name: revision for revision in revisions.order}
        self._steps = steps
        self._notify = notify
        self._files: dict[tuple[str, str], SqlFile] = {}
        self._heads: tuple[str, ...] = ()
        self._number, self._total = 0, 0
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
                    self._files[revision.id, direction] = read_file(revision, direction)
        if plan and self._steps and isinstance(plan[0], RevisionStep):
            last = self._steps[-1]
            direction = "upgrade" if plan[0].is_upgrade else "downgrade"
            if (plan[0].revision.revision, direction) != (last.revision, last.direction):
                raise RevisionUnfinished(
                    f"The {last.direction} of {last.revision} is at step {last.position} of {last.steps}.",
                    remedy=f"Finish the {last.direction} first; mend the step where it failed.",
                )
        return plan

    def files(self, direction: Direction) -> list[SqlFile]:
        """Return the files that the plan will run in this direction, in order."""
        return [file for (_, way), file in self._files.items() if way == direction]

    def apply(self, context: MigrationContext, name: str, direction: Direction) -> None:
        """Run one revision's SQL file; called inside the transaction that Alembic opened for it.

        Raises RevisionFailed, ConnectionLost, FileChanged.
        """
        revision = self._names[name]
        file = self._files[revision.id, direction]
        self._began = time.perf_counter()
        if revision.transactional:
            self._announce(revision, direction, 1, 1)
            _begin(context, session_settings(self._settings))
            for action in file.steps[0].actions:
                _perform(context, action)
            return
        with context.autocommit_block():
            for position, step in enumerate(file.steps, 1):
                row = StepRow(revision.id, direction, position, len(file.steps), "started", step.checksum)
                if not self._is_finished(row, file):
                    self._announce(revision, direction, position, len(file.steps))
                    self._run_step(context, step, row)

    def _announce(self, revision: Revision, direction: Direction, position: int, steps: int) -> None:
        self._notify(Running(revision, direction, self._number + 1, self._total, position, steps))

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
        waits = 0.0 if any(action.effects.concurrently for action in step.actions) else None
        _begin(context, session_settings(self._settings, lock_timeout=waits))
        _send(context, ledger.insert_step(row))
        for action in step.actions:
            if action.effects.index is not None and not context.as_sql:
                _drop_invalid(_driver(context), action.effects.index)
            _perform(context, action)
            if action.effects.index is not None and not context.as_sql:
                _require_index(_driver(context), action, action.effects.index)
        finished = StepRow(row.revision, row.direction, row.position, row.steps, "finished", row.checksum)
        _send(context, ledger.insert_step(finished))

    def record(
        self, *, ctx: MigrationContext, step: MigrationInfo, heads: Collection[str], **_: object
    ) -> None:
        """Write the ledger's row, in the transaction that changed alembic_version (on_version_apply)."""
        before, self._heads = self._heads, tuple(sorted(heads))
        self.recorded += 1
        self._number += 1
        if step.is_stamp:
            _send(ctx, ledger.insert_row(LedgerRow("stamp", step.up_revision_id, before, self._heads)))
            return
        direction: Direction = "upgrade" if step.is_upgrade else "downgrade"
        revision = self._revisions[str(step.up_revision_id)]
        milliseconds = (time.perf_counter() - self._began) * 1000 if self._began else 0.0
        self._began = 0.0
        row = LedgerRow(
            direction,
            revision.id,
            before,
            self._heads,
            checksum=checksum(revision.up) if revision.up and step.is_upgrade else None,
            down_sql=_read_down(revision) if step.is_upgrade else None,
            duration_ms=None if ctx.as_sql else round(milliseconds, 3),
        )
        _send(ctx, ledger.insert_row(row))
        self._notify(Done(revision, direction, self._number, self._total, milliseconds))


def _read_down(revision: Revision) -> str | None:
    return revision.down.read_text(encoding="utf-8-sig") if revision.down else None


def _driver(context: MigrationContext) -> Connection:
    connection = context.connection
    assert connection is not None
    driver: Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def _begin(context: MigrationContext, settings: sql.Composed) -> None:
    """Give a revision or step the settings that every one starts from, whatever the last one changed."""
    if context.as_sql:
        _send(context, settings)
    else:
        locks.require(_driver(context), settings)


def _send(context: MigrationContext, statement: sql.Composed) -> None:
    """Send the toolkit's own statement, or print it."""
    if context.as_sql:
        context.impl.static_output(statement.as_string() + ";")
    else:
        _driver(context).execute(statement)


def _perform(context: MigrationContext, action: Action) -> None:
    """Send a statement of a revision, or print it."""
    statement = action.statement
    if context.as_sql:
        context.impl.static_output(statement.text + ";")
        return
    try:
        _driver(context).execute(statement.text.encode())
    except psycopg.Error as error:
        if error.diag.message_primary is None or (error.sqlstate or "").startswith(("08", "57P")):
            raise explain(error) from error
        position = int(error.diag.statement_position or 1)
        place = f"{statement.path}:{statement.line_at(position)}"
        raise RevisionFailed(place, words(error), error.sqlstate) from error


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


def _drop_invalid(connection: Connection, index: ConcurrentIndex) -> None:
    """Drop what an interrupted CREATE INDEX CONCURRENTLY of this name left behind."""
    found = _find_index(connection, index)
    if found and not found[1]:
        name = sql.Identifier(found[0], index.name)
        connection.execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(name))


def _require_index(connection: Connection, action: Action, index: ConcurrentIndex) -> None:
    """Refuse what IF NOT EXISTS let pass: an index of the name that is another table's."""
    if _find_index(connection, index) is None:
        place = f"{action.statement.path}:{action.statement.line}"
        raise RevisionFailed(place, f"{index.name} exists and is no index of {index.table}", None)
