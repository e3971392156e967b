"""`toolkit migrate`: bring the target to a revision."""

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.cli._output import FORMAT, describe_target, print_json, print_table, print_target, progress
from toolkit.core.settings import Settings, find_root, load_settings
from toolkit.core.words import counted
from toolkit.errors import ToolkitError
from toolkit.migrate.goals import choose_target
from toolkit.server.dev import DevCluster
from toolkit.source.revisions import Revision, Revisions, read_revisions

if TYPE_CHECKING:  # imported in the functions, once the server starts
    from toolkit.migrate.status import State


@click.command(
    "migrate", epilog="Examples: toolkit migrate; toolkit migrate --dry-run; toolkit migrate 20261008"
)
@click.argument("revision", default="head")
@click.option("--dry-run", is_flag=True, help="List what would be applied, and change nothing.")
@FORMAT
def command(revision: str, dry_run: bool, form: str) -> None:  # noqa: FBT001 - click passes it by name
    """Apply all revisions up to REVISION (default: head) to the target.

    The target is the database of DATABASE_URL, or the embedded development server, which is started if need
    be; --dry-run makes none where there is no data yet. One deployer at a time works on a database; what a
    revision could not finish is rolled back, and the next run goes on where this one stopped.
    """
    settings = load_settings(find_root(Path.cwd()))
    revisions = read_revisions(settings.migrations / "versions")
    target = choose_target(revisions, revision)
    conninfo = _find(settings.root) if dry_run else _resolve(settings.root)
    from toolkit.migrate.status import open_state, refuse_problems

    state = open_state(conninfo, settings)
    refuse_problems(state, revisions, "upgrade")
    pending = revisions.pending(target, state.heads)
    if conninfo is None or dry_run or not pending:
        _print_pending(pending, state, conninfo, form)
    else:
        _apply(settings, conninfo, revisions, target, form)


class _Start(threading.Thread):
    """Starts the dev cluster while the main thread imports what the migration needs."""

    def __init__(self, root: Path) -> None:
        super().__init__(name="start of the dev cluster")
        self._root = root
        self._error: ToolkitError | None = None

    def run(self) -> None:
        try:
            DevCluster(self._root).start()
        except ToolkitError as error:
            self._error = error

    def finish(self) -> None:
        """Wait until the server runs; raises what its start raised."""
        self.join()
        if self._error:
            raise self._error


def _find(root: Path) -> str | None:
    from toolkit.server.target import find_target

    return find_target(root)


def _resolve(root: Path) -> str:
    """Return the conninfo of the target."""
    start = None
    if not os.environ.get("DATABASE_URL") and DevCluster(root).status().state != "running":
        start = _Start(root)
        start.start()
        import toolkit.migrate.runner  # noqa: F401 - a new database needs it: Alembic and all
    from toolkit.server.target import resolve_target

    if start:
        start.finish()
    return resolve_target(root)


def _print_pending(pending: list[Revision], state: "State", conninfo: str | None, form: str) -> None:
    if form == "json":
        listed = [{"revision": r.id, "message": r.message, "transactional": r.transactional} for r in pending]
        print_json(
            {"target": describe_target(conninfo), "heads": state.heads, "pending": listed, "applied": []}
        )
        return
    if not pending:
        click.echo(f"Nothing to do: the database is at {', '.join(state.heads) or 'base'}.")
    else:
        click.echo(f"Would apply {counted(len(pending), 'revision')}:")
        print_table(
            [(r.id, r.message, r.phase, "" if r.transactional else "outside a transaction") for r in pending]
        )
    print_target(conninfo)


def _apply(
    settings: Settings, conninfo: str, revisions: Revisions, target: tuple[str, ...], form: str
) -> None:
    from toolkit.cli._events import Listener
    from toolkit.migrate.runner import upgrade

    with progress() as show:
        listener = Listener(show)
        try:
            for head in target:
                upgrade(settings, conninfo, revisions, head, listener)
        finally:
            if listener.done and form == "text":
                click.echo(f"Applied {counted(len(listener.done), 'revision')}:")
                print_table(listener.rows())
    if form == "json":
        print_json(
            {
                "target": describe_target(conninfo),
                "heads": target,
                "pending": [],
                "applied": listener.report(),
            }
        )
    else:
        if not listener.done:
            click.echo("Nothing to do: somebody else applied them meanwhile.")
        print_target(conninfo)
