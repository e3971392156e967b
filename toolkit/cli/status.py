"""`toolkit status`: where the target stands."""

import sys
from pathlib import Path

import click

from toolkit.cli._output import FORMAT, NO_TARGET, describe_target, print_json, print_table
from toolkit.core.settings import find_root, load_settings
from toolkit.errors import ToolkitError
from toolkit.migrate.status import State, find_problems, open_state
from toolkit.server.target import find_target
from toolkit.source.revisions import Revision, Revisions, read_revisions


@click.command("status", epilog="Example: toolkit status --format json")
@FORMAT
def command(form: str) -> None:
    """Show where the target stands: its revision, what is pending, what is wrong.

    Exit status: 0 at the head, 1 when something is pending or wrong, 2 when the target can't be reached.
    Nothing is changed, and no lock is taken. An embedded development server that is stopped is started to be
    asked; one that has no data yet is not made.
    """
    settings = load_settings(find_root(Path.cwd()))
    revisions = read_revisions(settings.migrations / "versions")
    conninfo = find_target(settings.root)
    state = open_state(conninfo, settings)
    problems = find_problems(state, revisions)
    known = all(head in revisions for head in state.heads)  # else nobody can tell what is pending
    pending = revisions.pending(revisions.heads, state.heads) if known else []
    if form == "json":
        print_json(_report(conninfo, state, revisions, pending, problems))
    else:
        _print(conninfo, state, revisions, pending, problems)
    sys.exit(1 if pending or problems or state.partial else 0)


def _report(
    conninfo: str | None,
    state: State,
    revisions: Revisions,
    pending: list[Revision],
    problems: list[ToolkitError],
) -> dict[str, object]:
    return {
        "target": describe_target(conninfo),
        "server": state.server and state.server.version,
        "heads": state.heads,
        "code_heads": revisions.heads,
        "ledger_heads": state.ledger.heads,
        "partial": str(state.partial) if state.partial else None,
        "pending": [{"revision": r.id, "message": r.message} for r in pending],
        "problems": [{"code": problem.code, "message": str(problem)} for problem in problems],
    }


def _print(
    conninfo: str | None,
    state: State,
    revisions: Revisions,
    pending: list[Revision],
    problems: list[ToolkitError],
) -> None:
    rows = [
        ("Target:", describe_target(conninfo) or NO_TARGET),
        ("Server:", f"PostgreSQL {state.server.version}" if state.server else "not there yet"),
        ("Database at:", ", ".join(state.heads) or "base"),
        ("Code at:", ", ".join(revisions.heads) or "base"),
    ]
    if state.partial:
        rows.append(("In part:", str(state.partial)))
    for name, value in rows:
        click.echo(f"{name:<13}{value}")
    if pending:
        click.echo("Pending:")
        print_table([(r.id, r.message) for r in pending])
    for problem in problems:
        click.echo(f"Wrong: {problem}")
    if not (pending or problems or state.partial):
        click.echo("At the head; the ledger agrees.")
