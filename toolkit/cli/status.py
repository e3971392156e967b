"""`toolkit status`: where the target stands."""

import sys
from pathlib import Path

import click

from toolkit.cli._output import FORMAT, NO_TARGET, describe_target, print_json, print_table, progress
from toolkit.core.settings import Settings, find_root, load_settings
from toolkit.errors import ToolkitError
from toolkit.migrate.status import State, find_problems, open_state
from toolkit.server.target import find_target
from toolkit.source.revisions import Revision, Revisions, read_revisions


@click.command(
    "status", epilog="Examples: toolkit status; toolkit status --drift; toolkit status --format json"
)
@click.option("--drift", is_flag=True, help="Compare its objects with those that its revisions make.")
@FORMAT
def command(*, drift: bool, form: str) -> None:
    """Show where the target stands: its revision, what is pending, what is wrong.

    Exit status: 0 at the head, 1 when something is pending, wrong or drifted, 2 when the target can't be
    reached. With --drift its objects are read by pg_dump and compared with a scratch database that has the
    same revisions.
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
    comparable = conninfo is not None and known and not state.partial
    drifted = _find_drift(conninfo, settings, state, revisions) if drift and conninfo and comparable else None
    if form == "json":
        print_json({**_report(conninfo, state, revisions, pending, problems), "drift": drifted})
    else:
        _print(conninfo, state, revisions, pending, problems)
        if drift:
            _print_drift(drifted)
    sys.exit(1 if pending or problems or state.partial or drifted or (drift and drifted is None) else 0)


def _find_drift(conninfo: str, settings: Settings, state: State, revisions: Revisions) -> list[str]:
    from toolkit.cli._events import Listener
    from toolkit.migrate.drift import find_drift

    ids = revisions.ancestors(*state.heads)
    applied = Revisions([revision for revision in revisions.order if revision.id in ids])
    with progress() as show:
        show("Comparing the objects of the database with those that its revisions make")
        return find_drift(conninfo, settings, applied, Listener(show))


def _print_drift(drifted: list[str] | None) -> None:
    if drifted is None:
        click.echo("Drift:       not looked for, since nobody can tell which objects there should be")
    elif drifted:
        click.echo("Drift:")
        for text in drifted:
            for line in text.splitlines():
                click.echo(f"  {line}")
    else:
        click.echo("Drift:       none")


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
