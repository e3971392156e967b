"""`toolkit rollback`: take revisions back."""

from difflib import get_close_matches
from pathlib import Path

import click

from toolkit.cli._events import Listener
from toolkit.cli._output import FORMAT, describe_target, print_json, print_table, print_target, progress
from toolkit.core.settings import find_root, load_settings
from toolkit.migrate.goals import choose_rollback
from toolkit.migrate.runner import downgrade
from toolkit.migrate.status import open_state, refuse_problems
from toolkit.server.target import find_target
from toolkit.source.revisions import read_revisions


@click.command(
    "rollback",
    context_settings={"ignore_unknown_options": True},  # -1 is an argument
    epilog="Examples: toolkit rollback; toolkit rollback -2 --allow-data-loss; toolkit rollback base",
)
@click.argument("revision", default="-1")
@click.option("--allow-data-loss", is_flag=True, help="Run down SQL that drops tables, columns or rows.")
@FORMAT
def command(revision: str, allow_data_loss: bool, form: str) -> None:  # noqa: FBT001 - click passes it by name
    """Take revisions back until REVISION is the newest: an id, -N for N revisions, or base (default: -1).

    Down SQL that loses data (it drops a table or a column, deletes or overwrites rows), or that can't be
    judged (a DO block), is refused without --allow-data-loss.
    """
    if revision.startswith("-") and not revision[1:].isdigit():
        options = [name for each in click.get_current_context().command.params for name in each.opts]
        raise click.NoSuchOption(revision, possibilities=get_close_matches(revision, options))
    settings = load_settings(find_root(Path.cwd()))
    revisions = read_revisions(settings.migrations / "versions")
    conninfo = find_target(settings.root)
    state = open_state(conninfo, settings)
    refuse_problems(state, revisions, "downgrade")
    target = choose_rollback(revisions, state.heads, revision)
    with progress() as show:
        listener = Listener(show)
        if conninfo and state.heads:
            try:
                downgrade(settings, conninfo, revisions, target, listener, allow_data_loss=allow_data_loss)
            finally:
                if listener.done and form == "text":
                    click.echo("Took back:")
                    print_table(listener.rows())
    if form == "json":
        print_json({"target": describe_target(conninfo), "taken_back": listener.report()})
        return
    if not listener.done:
        click.echo("Nothing to take back.")
    print_target(conninfo)
