"""Alembic's environment: what migrations/env.py runs, under plain Alembic and under `toolkit migrate`."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from alembic import context
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection as SqlAlchemyConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from toolkit.core.settings import Settings, find_root, load_settings
from toolkit.errors import (
    DatabaseAhead,
    DataLoss,
    FileChanged,
    FileUnusable,
    Interrupted,
    LedgerDisagrees,
    ToolkitError,
)
from toolkit.migrate import ledger, locks, roles
from toolkit.migrate.application import Event, Notify, Run, ignore
from toolkit.migrate.connection import (
    Connection,
    ask_server,
    connect,
    explain,
    prepare_session,
    refuse_unfit,
    session_settings,
)
from toolkit.migrate.files import SqlFile
from toolkit.migrate.ledger import LedgerRow
from toolkit.migrate.locks import Holder
from toolkit.migrate.script import preamble
from toolkit.migrate.status import find_problems, read_state
from toolkit.server.target import resolve_target
from toolkit.source.losses import find_losses
from toolkit.source.revisions import Revisions, read_revisions

ATTRIBUTE = "toolkit_request"  # key in Config.attributes
_MENDED_BY_PURGE = (DatabaseAhead, LedgerDisagrees, FileChanged)
_Planner = Callable[[tuple[str, ...], MigrationContext], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Request:
    """What `toolkit migrate` and `toolkit rollback` hand over.

    conninfo, revisions: the target and the history. notify: who listens. draft: whether places that a person
    has to fill may be empty.
    """

    conninfo: str
    revisions: Revisions
    notify: Notify
    allow_data_loss: bool = False
    draft: bool = False


def run() -> None:
    """Do what Alembic was asked for; every failure is its CommandError, so that none ends in a traceback."""
    try:
        _run()
    except KeyboardInterrupt:
        raise CommandError(str(Interrupted())) from Interrupted()
    except (ToolkitError, psycopg.Error, DBAPIError) as error:
        cause = _find_cause(error)
        raise CommandError(str(cause)) from cause
    except OSError as error:
        if error.filename is None:
            raise
        cause = FileUnusable.of(error)
        raise CommandError(str(cause)) from cause


def _find_cause(error: BaseException) -> ToolkitError:
    """Return the first of the errors: cleaning up after a lost connection raises more on top of it.

    What we already made of an error of the server says more than that, and holds no password.
    """
    chain: list[BaseException] = [error]
    while (link := chain[-1].__cause__ or chain[-1].__context__) and link not in chain:
        chain.append(link)
    explained = [link for link in chain if isinstance(link, ToolkitError)]
    unexplained = [link for link in chain if isinstance(link, psycopg.Error)]
    if explained:
        return explained[-1]
    return explain(unexplained[-1]) if unexplained else ToolkitError(str(error))


def _run() -> None:
    # Nothing is connected yet: this is how Alembic tells what the command is about.
    context.configure(dialect_name="postgresql")
    options = context.get_context().opts
    if "revision_context" in options:
        raise ToolkitError(
            "Plain `alembic revision` and `alembic check` are not used in this project.",
            remedy="`toolkit revision -m MESSAGE` writes one, `toolkit check` verifies them all.",
        )
    if "template_args" in options:
        return  # `alembic merge`: needs no database
    if _is_history_alone():
        options["fn"]((), context.get_context())
        return
    settings = load_settings(find_root(Path(context.script.dir)))
    request: Request | None = context.config.attributes.get(ATTRIBUTE)
    if "destination_rev" not in options:
        _read_only(settings, request)
    elif context.is_offline_mode():
        _offline(settings, options)
    else:
        _online(settings, request, options)


def _is_history_alone() -> bool:
    """Tell whether the command is an `alembic history` that says nothing about the database.

    Alembic runs the environment for it because of revision_environment; only its options tell it apart.
    """
    asked = context.config.cmd_opts
    if asked is None or not hasattr(asked, "indicate_current"):  # a library's call, or another command
        return False
    return not asked.indicate_current and "current" not in (asked.rev_range or "").split(":")


def _read_only(settings: Settings, request: Request | None) -> None:
    """Serve `current`, `history -i` and their like: no lock, no ledger, no write."""
    connection = connect(request.conninfo if request else resolve_target(settings.root))
    read_state(connection, settings)
    connection.read_only = True
    with _open(connection) as sqlalchemy:
        context.configure(connection=sqlalchemy, version_table_schema=settings.schema, dont_mutate=True)
        context.run_migrations()


def _online(settings: Settings, request: Request | None, options: dict[str, Any]) -> None:
    request = request or Request(
        resolve_target(settings.root),
        read_revisions(settings.migrations / "versions"),
        _say,
        allow_data_loss=True,
    )
    connection = connect(request.conninfo)
    try:
        refuse_unfit(connection, request.conninfo, ask_server(connection, settings), settings)
        prepare_session(connection)
        locks.acquire(connection, settings.lock_wait, request.notify)
        roles.ensure(connection, settings)
        connection.execute(session_settings(settings))
        state = read_state(connection, settings)
        purge = bool(options.get("purge"))
        problems = [
            p
            for p in find_problems(state, request.revisions)
            if not (purge and isinstance(p, _MENDED_BY_PURGE))
        ]
        if problems:
            raise problems[0]
        ledger.ensure(connection, settings)
        steps = () if purge else state.ledger.steps
        run = Run(settings, request.revisions, steps, request.notify, draft=request.draft)
        with _open(connection) as sqlalchemy:
            _configure(settings, run, _planner(run, request, options["fn"]), connection=sqlalchemy)
            context.run_migrations()
            if purge and not run.recorded:  # `stamp --purge base` takes no steps
                ledger.add_row(connection, LedgerRow("stamp", None, state.heads, ()))
                connection.commit()
    finally:
        connection.close()


def _offline(settings: Settings, options: dict[str, Any]) -> None:
    run = Run(settings, read_revisions(settings.migrations / "versions"), (), ignore)
    plan = options["fn"]

    def planner(heads: tuple[str, ...], migration: MigrationContext) -> list[Any]:
        steps = run.plan(heads, plan(heads, migration))
        if steps:
            migration.impl.static_output(preamble(settings, heads))
        return steps

    _configure(settings, run, planner, dialect_name="postgresql")
    context.run_migrations()


def _configure(settings: Settings, run: Run, planner: _Planner, **target: Any) -> None:  # noqa: ANN401 - Alembic's arguments
    context.configure(
        **target,
        transaction_per_migration=True,
        version_table_schema=settings.schema,
        on_version_apply=run.record,  # type: ignore[arg-type]  # Alembic calls it by keyword, as documented
        fn=planner,
        toolkit_run=run,
    )


def _planner(run: Run, request: Request, plan: _Planner) -> _Planner:
    def planner(heads: tuple[str, ...], migration: MigrationContext) -> list[Any]:
        steps = run.plan(heads, plan(heads, migration))
        if not request.allow_data_loss:
            _refuse_losses(run.downgrades())
        return steps

    return planner


def _refuse_losses(files: Iterable[SqlFile]) -> None:
    losses = [
        loss
        for file in files
        for step in file.steps
        for action in step.actions
        for loss in find_losses(action.statement)
    ]
    if losses:
        listed = "".join(f"\n  {loss}" for loss in losses)
        raise DataLoss(
            f"Rolling back loses data:{listed}",
            remedy="Add --allow-data-loss if that is what you want; nothing was changed.",
        )


@contextmanager
def _open(connection: Connection) -> Iterator[SqlAlchemyConnection]:
    """Give SQLAlchemy our connection; it never makes one, so no URL of its own is needed."""
    connection.autocommit = False
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: connection, poolclass=NullPool, use_native_hstore=False
    )
    with engine.connect() as sqlalchemy:
        yield sqlalchemy


def _say(event: Event) -> None:
    """Under plain Alembic only the wait for another deployer is told; Alembic's log has the rest."""
    if isinstance(event, Holder):
        print(f"Waiting for {event} ...", file=sys.stderr)  # noqa: T201
