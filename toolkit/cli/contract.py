"""`toolkit contract`: the types of all documents and commands, as text that is reviewed."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import click

from toolkit.checks.committed import contract_folder, read_committed, read_reference
from toolkit.checks.contract import check_contract, opaque_values, update_contract
from toolkit.checks.errors import ContractUnknown
from toolkit.checks.kept import Inferred, KeptContract
from toolkit.cli._output import FORMAT, print_json, progress, said
from toolkit.core.contract import Command, Contract, ReadModel, contract_json, write_contract
from toolkit.core.settings import Settings, find_root, load_settings
from toolkit.core.words import counted
from toolkit.shape.contract_changes import Change, contract_changes
from toolkit.shape.differences import Verdict

_COLOURS = {Verdict.BREAK: "red", Verdict.WARN: "yellow", Verdict.SAFE: "green"}
_DATABASE = click.option("--database", metavar="URL", help="Read this database instead of sql/.")


@dataclass(frozen=True)
class _Project:
    """A project of which only the contract is asked for: no server starts while nothing has changed."""

    settings: Settings

    @cached_property
    def inferred(self) -> Inferred:
        kept = KeptContract(self.settings).read()
        if kept is not None:
            return kept
        from toolkit.checks.project import open_project

        with progress() as tell, open_project(self.settings, tell) as project:
            return project.inferred


@click.group("contract", epilog="Example: toolkit contract show v_user_with_stats")
def command() -> None:
    """Read, keep and compare the contract: what read models return, and what commands take and raise.

    It is worked out from PostgreSQL's own analysis of the SQL in sql/, and kept under sql/contract/.
    """


@command.command("show", epilog="Examples: toolkit contract show; toolkit contract show fn_create_post")
@click.argument("names", nargs=-1)
@_DATABASE
@FORMAT
def show(names: tuple[str, ...], database: str | None, form: str) -> None:
    """Print the contract of sql/, or of a database: all of it, or of some read models and commands."""
    settings = load_settings(find_root(Path.cwd()))
    inferred = _infer(settings, database)
    parts = _named(inferred.contract, names)
    if not parts:
        click.echo("There are no read models and no commands.", err=True)
    if form == "json":
        print_json([contract_json(part) for part in parts])
        return
    click.echo(write_contract(*parts), nl=False)
    opaque = list(opaque_values(inferred.contract))
    if opaque and not names:
        click.echo(f"\n{counted(len(opaque), 'opaque value')}:", err=True)
        for place, reason in opaque:
            click.echo(f"  {place}: {reason}", err=True)


@command.command(
    "update", epilog='Example: toolkit contract update --allow-break "the app no longer reads it"'
)
@click.option(
    "--allow-break",
    metavar="REASON",
    callback=said,
    help="Write it although readers break; kept in breaks.md.",
)
def update(allow_break: str | None) -> None:
    """Write the contract of sql/ to sql/contract/; a change that breaks readers needs a reason."""
    settings = load_settings(find_root(Path.cwd()))
    inferred = _infer(settings, None)
    written = update_contract(settings, inferred.contract, allow_break)
    for path in written:
        removed = "" if path.exists() else "removed "
        click.echo(f"{removed}{path.relative_to(settings.root)}")
    click.echo(f"{counted(len(written), 'file', none='No')} changed.")


@command.command("check", epilog="Example: toolkit contract check")
@FORMAT
def check(form: str) -> None:
    """Say where sql/ no longer fits the files under sql/contract/.

    Exit status: 0 it fits, 1 it does not, 2 there are none, or one can't be read.
    """
    settings = load_settings(find_root(Path.cwd()))
    folder = contract_folder(settings)
    if not folder.is_dir():
        raise ContractUnknown(
            f"There is no contract under {folder.relative_to(settings.root).as_posix()}/ to compare with.",
            remedy="`toolkit contract update` writes it; commit it with the SQL.",
        )
    outcome = check_contract(_Project(settings))
    if form == "json":
        print_json([finding._asdict() for finding in outcome.findings])
    else:
        for finding in outcome.findings:
            click.echo(f"{click.style(finding.path, bold=True)} {finding.message}")
        for remedy in dict.fromkeys(finding.remedy for finding in outcome.findings):
            click.echo(f"    {click.style('help:', fg='cyan')} {remedy}")
        for note in outcome.notes:
            click.echo(f"{click.style('note:', fg='cyan')} {note}")
        click.echo(f"{outcome.said}: {counted(len(outcome.findings), 'finding', none='no')}.")
    sys.exit(1 if outcome.findings else 0)


@command.command("diff", epilog="Examples: toolkit contract diff --against main; toolkit contract diff")
@click.option("--against", metavar="GIT_REF", callback=said, help="Compare with what was committed there.")
@_DATABASE
@FORMAT
def diff(against: str | None, database: str | None, form: str) -> None:
    """Say what changes for readers and callers from the committed contract to that of sql/.

    With --database the contract of sql/ is compared with that database's. Exit status: 0 nobody breaks,
    1 somebody does.
    """
    settings = load_settings(find_root(Path.cwd()))
    new = _infer(settings, None)
    if database is not None:
        old = _infer(settings, database).contract
    else:
        old = read_reference(settings, against) if against else read_committed(settings)
    changes = contract_changes(old, new.contract, settings.contract.tier)
    if form == "json":
        print_json([_as_object(change, new) for change in changes])
    else:
        _print(changes, new)
    sys.exit(1 if any(change.verdict is Verdict.BREAK for change in changes) else 0)


@command.command(
    "verify", epilog="Examples: toolkit contract verify; toolkit contract verify --seed 7 --rounds 1"
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the first round.")
@click.option(
    "--rounds", type=click.IntRange(min=1), default=10, show_default=True, help="How many databases."
)
@click.option("--rows", type=click.IntRange(min=1), default=20, show_default=True, help="For each table.")
@FORMAT
def verify(seed: int, rounds: int, rows: int, form: str) -> None:
    """Check the contract of sql/ against real documents: of random rows that satisfy all constraints.

    What the contract allows and no document showed is listed; it is no failure. The same seed makes the same
    rows. Exit status: 0 every document is as the contract says, 1 some are not.
    """
    from toolkit.checks.project import open_project
    from toolkit.checks.verification import verify_contract

    settings = load_settings(find_root(Path.cwd()))
    with progress() as tell, open_project(settings, tell) as project:
        found = verify_contract(project, seed=seed, rounds=rounds, rows=rows)
    if form == "json":
        print_json(asdict(found))
        sys.exit(1 if found.broken else 0)
    for broken in found.broken:
        click.echo(f"{click.style(f'{broken.model} {broken.path}', bold=True)} {broken.message}")
        click.echo(f"    in {broken.document} (seed {broken.seed})")
    for note in found.notes:
        click.echo(f"{click.style('note:', fg='cyan')} {note}")
    for text in found.unseen:
        click.echo(f"{click.style('unseen:', fg='yellow')} {text}")
    click.echo(
        f"{counted(found.documents, 'document')} in {counted(found.rounds, 'round')}: "
        f"{len(found.broken) or 'none'} broken."
    )
    sys.exit(1 if found.broken else 0)


def _infer(settings: Settings, database: str | None) -> Inferred:
    if database is None:
        return _Project(settings).inferred
    from toolkit.checks.contracts import infer_contract

    return infer_contract(database, settings)


def _named(contract: Contract, names: Iterable[str]) -> list[ReadModel | Command]:
    parts: list[ReadModel | Command] = [*contract.read_models, *contract.commands]
    wanted = list(names)
    for name in wanted:
        if not any(part.name == name for part in parts):
            from difflib import get_close_matches

            near = get_close_matches(name, [part.name for part in parts], n=1)
            meant = f"Did you mean {near[0]}?" if near else "`toolkit contract show` prints all."
            raise ContractUnknown(f"There is no read model or command {name}.", remedy=meant)
    return [part for part in parts if not wanted or part.name in wanted]


def _embedding(name: str, inferred: Inferred) -> list[str]:
    """Return the read models that read another, at any depth."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        wanted = waiting.pop()
        for reader, read in inferred.embeds.items():
            if wanted in read and reader not in found:
                found[reader] = None
                waiting.append(reader)
    return sorted(found)


def _as_object(change: Change, inferred: Inferred) -> dict[str, object]:
    return {
        "subject": change.subject,
        "path": change.path,
        "verdict": change.verdict.value,
        "message": change.message,
        "origin": change.origin,
        "embedded_in": _embedding(change.subject, inferred),
    }


def _print(changes: Iterable[Change], inferred: Inferred) -> None:
    counts: Counter[Verdict] = Counter()
    origins: dict[str, set[str]] = defaultdict(set)
    subject = ""
    for change in changes:
        counts[change.verdict] += 1
        if change.origin and change.verdict is Verdict.BREAK:
            origins[change.origin].add(change.subject)
        if change.subject != subject:
            subject = change.subject
            embedding = _embedding(subject, inferred)
            readers = f" (read by {', '.join(embedding)})" if embedding else ""
            click.echo(f"{click.style(subject, bold=True)}{readers}")
        origin = f" (from {change.origin})" if change.origin else ""
        verdict = click.style(f"{change.verdict:<5}", fg=_COLOURS[change.verdict])
        click.echo(f"  {verdict} {change.path}{': ' if change.path else ''}{change.message}{origin}")
    for origin, subjects in sorted(origins.items()):
        if len(subjects) > 1:
            click.echo(f"{origin} breaks {len(subjects)}: {', '.join(sorted(subjects))}.")
    said = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict)
    click.echo(said if counts else "Nothing changes.")
