"""`toolkit check`: everything that can be verified without the target."""

import sys
from pathlib import Path

import click

from toolkit.checks.project import Outcome, open_project
from toolkit.checks.run import CHECKS, run_checks
from toolkit.cli._output import FORMAT, print_json, progress
from toolkit.core.findings import Finding
from toolkit.core.settings import find_root, load_settings


@click.command(
    "check", epilog="Examples: toolkit check; toolkit check lint head; toolkit check --format json"
)
@click.argument("checks", nargs=-1, type=click.Choice([*CHECKS]))
@FORMAT
def command(checks: tuple[str, ...], form: str) -> None:
    """Verify the project, by all CHECKS or those that are named.

    lint: the lint rules. head: the database at the head of the revisions is the one that sql/ declares.
    revisions: each goes up, down and up again and leaves what it found. contract: sql/
    makes the committed contract. codegen: code made from it is current. The databases are scratch ones; the
    target is not touched. Exit status: 0 nothing found, 1 findings, 2 usage or environment.
    """
    settings = load_settings(find_root(Path.cwd()))
    with progress() as show, open_project(settings, show) as project:
        outcomes = dict(run_checks(project, checks or CHECKS))
    findings = [finding for outcome in outcomes.values() for finding in outcome.findings]
    if form == "json":
        print_json({name: _as_object(outcome) for name, outcome in outcomes.items()})
    else:
        for name, outcome in outcomes.items():
            click.echo(f"{name:<{max(map(len, outcomes))}}  {outcome.said}")
            for note in outcome.notes:
                click.echo(f"    {click.style('note:', fg='cyan')} {note}")
        for finding in findings:
            _print(finding)
        click.echo(f"{len(findings) or 'Nothing'} found.")
    sys.exit(1 if findings else 0)


def _as_object(outcome: Outcome) -> dict[str, object]:
    return {
        "said": outcome.said,
        "notes": outcome.notes,
        "findings": [finding._asdict() for finding in outcome.findings],
    }


def _print(finding: Finding) -> None:
    place = click.style(f"{finding.path}:{finding.line}:{finding.column}", bold=True)
    click.echo(f"{place} {click.style(finding.code, fg='red')} {finding.message}")
    click.echo(f"    {click.style('help:', fg='cyan')} {finding.remedy}")
