"""`toolkit plan`: what would lead from the head of the revisions to what sql/ declares."""

import sys
from pathlib import Path

import click

from toolkit.checks.project import open_project
from toolkit.cli._output import FORMAT, print_json, progress
from toolkit.core.changes import Action, ObjectKey, Plan, Risk, Step
from toolkit.core.settings import find_root, load_settings
from toolkit.migrate.freeze import split_steps
from toolkit.migrate.proposal import propose

_SIGNS = {Action.CREATE: ("+", "green"), Action.DROP: ("-", "red")}
_CHANGED = ("~", "yellow")
_COUNTED = {
    "to create": {Action.CREATE},
    "to change": {Action.ALTER, Action.REPLACE, Action.RENAME},
    "to rebuild": {Action.REBUILD},
    "to drop": {Action.DROP},
}


@click.command("plan", epilog="Examples: toolkit plan; toolkit plan --sql; toolkit plan --format json")
@click.option("--sql", "with_sql", is_flag=True, help="Show the SQL of each step.")
@FORMAT
def command(*, with_sql: bool, form: str) -> None:
    """Show what leads from the head of the revisions to what sql/ declares.

    Each step in its order, with the reason, the lock that it takes on what is there already, and its risk.
    Nothing is written, and the target is not touched. Exit status: 0 nothing to do, 1 changes (or an error in
    the project's files), 2 usage or environment.
    """
    settings = load_settings(find_root(Path.cwd()))
    with progress() as show, open_project(settings, show) as project:
        plan = propose(project.states, project.revisions).plan
    if form == "json":
        print_json(_as_object(plan))
    elif plan.steps:
        _print(plan, with_sql=with_sql)
    else:
        click.echo(f"Nothing to do: {settings.sql.name}/ and the head of the revisions are the same.")
    sys.exit(1 if plan.steps else 0)


def _print(plan: Plan, *, with_sql: bool) -> None:
    revisions = split_steps(plan)
    rows = [(_subject(step), _one_line(step.why), _lock(step)) for step in plan.steps]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for number, steps in enumerate(revisions, 1):
        if len(revisions) > 1:
            where = "in one transaction" if steps[0].transactional else "outside a transaction"
            click.echo(f"Revision {number} of {len(revisions)}, {where}:")
        for step in steps:
            cells = zip((_subject(step), _one_line(step.why), _lock(step)), widths, strict=True)
            sign, colour = _SIGNS.get(step.action, _CHANGED)
            line = "  ".join([sign, *(cell.ljust(width) for cell, width in cells), step.risk.words])
            click.echo(click.style(line, fg=colour, bold=step.risk is Risk.LOSES_DATA))
            if step.by_hand:
                click.echo(f"       to be written: {_one_line(step.by_hand)}")
            if with_sql:
                _print_sql(step)
    counts = [
        f"{number} {what}"
        for what, actions in _COUNTED.items()
        if (number := len({step.object for step in plan.steps if step.action in actions}))
    ]
    click.echo(f"{', '.join(counts)}. Worst risk: {plan.risk.words}.")
    for old, new in plan.possible_renames:
        line = f"-- toolkit: renamed from {_own_name(old)}"
        click.echo(f"{old} may have become {new}: if so, write `{line}` in the artifact.")


def _own_name(key: ObjectKey) -> str:
    return key.name.rpartition(".")[2] if key.kind == "COLUMN" else key.name.partition("(")[0]


def _print_sql(step: Step) -> None:
    for statement in step.sql:
        for line in f"{statement.strip()};".splitlines():
            click.echo(f"       {line}".rstrip())


def _subject(step: Step) -> str:
    return f"{step.action:<7}  {step.object}"


def _lock(step: Step) -> str:
    return step.lock.value if step.lock else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _as_object(plan: Plan) -> dict[str, object]:
    return {
        "risk": plan.risk.words,
        "revisions": [
            {"transactional": steps[0].transactional, "steps": [_step_object(step) for step in steps]}
            for steps in split_steps(plan)
        ],
        "possible_renames": [
            {"from": _key_object(old), "to": _key_object(new)} for old, new in plan.possible_renames
        ],
    }


def _step_object(step: Step) -> dict[str, object]:
    return {
        "action": step.action,
        "object": _key_object(step.object),
        "why": step.why,
        "risk": step.risk.words,
        "lock": step.lock.value if step.lock else None,
        "by_hand": step.by_hand,
        "sql": step.sql,
    }


def _key_object(key: ObjectKey) -> dict[str, str]:
    return {"kind": key.kind.lower(), "schema": key.schema, "name": key.name}
