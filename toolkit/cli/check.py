"""`toolkit check`: everything that can be verified, by one function for each check."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from toolkit.checks.outcome import Outcome
from toolkit.checks.project import open_project
from toolkit.checks.run import CHECKS, applicable, run_checks
from toolkit.cli._findings import FORMATS, sarif_of
from toolkit.cli._output import print_json, progress, said
from toolkit.core.findings import Finding
from toolkit.core.settings import find_root, load_settings
from toolkit.lint.report import as_annotations
from toolkit.lint.run import Examined
from toolkit.lint.selection import select


@click.command(
    "check",
    epilog="Examples: toolkit check; toolkit check lint head; toolkit check --since main --format sarif",
)
@click.argument("checks", nargs=-1, metavar="[CHECKS]...", type=click.Choice([*CHECKS]))
@click.option(
    "--since", metavar="REF", callback=said, help="Judge what changed since a git reference, such as main."
)
@click.option("--database", metavar="URL", help="Compare the ledger of this database with the files, too.")
@click.option("--format", "form", type=FORMATS, default="text", help="How to print.")
def command(checks: tuple[str, ...], since: str | None, database: str | None, form: str) -> None:
    """Verify the project, by all CHECKS or those that are named.

    \b
    lint       the lint rules
    load       sql/ makes a database, and the server takes every body
    bodies     the server resolves every statement of bodies in PL/pgSQL, on every branch
    head       the database at the head of the revisions is the one that sql/ declares
    stairway   each revision goes up, down and up again and leaves what it found
    contract   the committed contract is that of sql/
    codegen    code that is made from the contract is current
    documents  documents of random rows are as the contract says
    arguments  commands refuse each class of bad argument with an error that they document
    errors     each error that commands document can be raised
    reach      readers and callers reach nothing that is not meant for them
    breaks     nothing that clients of the base rely on is gone
    phases     clients of the base still work after each new revision
    ledger     what was applied to --database is what the files say

    breaks and phases need --since; with it, lint looks at changed files and stairway at new revisions only.
    The databases are scratch ones; --database is read and never changed. Exit status: 0 nothing found,
    1 findings, 2 usage, environment or a file that can't be read.
    """  # noqa: D301 - click's mark for what is not to be wrapped
    settings = load_settings(find_root(Path.cwd()))
    with progress() as show, open_project(settings, show, base=since, database=database) as project:
        outcomes = dict(run_checks(project, checks or applicable(project)))
    every = (finding for outcome in outcomes.values() for finding in outcome.findings)
    findings = list(dict.fromkeys(every))  # several checks may stop at one file
    if form == "json":
        print_json({name: _as_object(outcome) for name, outcome in outcomes.items()})
    elif form == "sarif":
        log = sarif_of(Examined(findings, {}, len(findings)), select(settings), settings, {})
        click.echo(json.dumps(log, indent=2))
    elif form == "github":
        for line in as_annotations(findings):
            click.echo(line)
    else:
        _print_all(outcomes, findings)
    sys.exit(max([1 if findings else 0, *(outcome.stopped for outcome in outcomes.values())]))


def _print_all(outcomes: Mapping[str, Outcome], findings: list[Finding]) -> None:
    for name, outcome in outcomes.items():
        click.echo(f"{name:<{max(map(len, outcomes))}}  {outcome.said}")
        notes = [*outcome.notes, *(f"{open_.path}: {open_.message}" for open_ in outcome.unproven)]
        for note in notes:
            click.echo(f"    {click.style('note:', fg='cyan')} {note}")
    for finding in findings:
        _print(finding)
    click.echo(f"{len(findings) or 'Nothing'} found.")


def _as_object(outcome: Outcome) -> dict[str, object]:
    return {
        "said": outcome.said,
        "notes": outcome.notes,
        "unproven": [finding._asdict() for finding in outcome.unproven],
        "findings": [finding._asdict() for finding in outcome.findings],
    }


def _print(finding: Finding) -> None:
    place = click.style(f"{finding.path}:{finding.line}:{finding.column}", bold=True)
    click.echo(f"{place} {click.style(finding.code, fg='red')} {finding.message}")
    click.echo(f"    {click.style('help:', fg='cyan')} {finding.remedy}")
