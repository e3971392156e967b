"""`toolkit revision`: write the revisions that lead to what sql/ declares."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from toolkit.checks.base import breaks_of_head
from toolkit.checks.project import open_project
from toolkit.cli._output import FORMAT, print_json, progress, said
from toolkit.core.changes import Action
from toolkit.core.settings import find_root, load_settings
from toolkit.migrate.chain import Chain
from toolkit.migrate.files import WRITE_HERE
from toolkit.migrate.proposal import propose, write_revisions


@click.command("revision", epilog='Example: toolkit revision -m "Let users write about themselves"')
@click.option("-m", "--message", required=True, callback=said, help="What the change is for, in one line.")
@click.option("--allow-data-loss", is_flag=True, help="Write what drops tables, columns or values.")
@FORMAT
def command(message: str, *, allow_data_loss: bool, form: str) -> None:
    """Write the revision, or the chain of them, that leads from the head to what sql/ declares.

    Before its files appear it is proven on scratch databases: up makes what sql/ declares, down restores what
    was there, up again. What only a person can know, such as how to fill a column, is a marked place in the
    .up.sql. `toolkit plan` shows the steps beforehand. Its phase is contract where something goes away that
    services use, or where the contract says that they break; data where a person has to write; else expand.
    """
    settings = load_settings(find_root(Path.cwd()))
    chain, breaks = None, list[str]()
    with progress() as show, open_project(settings, show) as project:
        proposal = propose(project.states, project.revisions)
        if proposal.plan.steps:
            if any(step.action is not Action.CREATE for step in proposal.plan.steps):
                breaks = breaks_of_head(project)
            show("Proving the revision")
            now = datetime.now(UTC)
            chain = write_revisions(
                project.states, proposal, message, now, allow_data_loss=allow_data_loss, breaks=bool(breaks)
            )
    if form == "json":
        print_json(_as_object(chain, settings.root, breaks))
    elif chain is None:
        click.echo(f"Nothing to do: {settings.sql.name}/ and the head of the revisions are the same.")
    else:
        _print(chain, settings.root, breaks)


def _print(chain: Chain, root: Path, breaks: Sequence[str]) -> None:
    click.echo("Wrote:")
    for path in chain.files:
        click.echo(f"  {path.relative_to(root)}")
    phases = " and ".join(dict.fromkeys(draft.phase for draft in chain.drafts))
    click.echo(f"Phase {phases}." + (" Those who rely on the contract break:" if breaks else ""))
    for text in breaks:
        click.echo(f"  {text}")
    majors = " and ".join(str(proof.major) for proof in chain.proofs)
    rows = max(proof.rows for proof in chain.proofs)
    with_rows = f", with {rows} random rows" if rows else ", without rows"
    click.echo(
        f"Proven on PostgreSQL {majors}{with_rows}: up leads to sql/, down restores what was there, up again."
    )
    for note in _notes(chain):
        click.echo(note)
    places = _places(chain)
    for place, what in places:
        click.echo(f"To be written: {place.relative_to(root)}: {what}.")
    if places:
        click.echo("Write that, remove its line, and run `toolkit check`.")


def _notes(chain: Chain) -> list[str]:
    notes = [
        f"Random rows on PostgreSQL {proof.major} do not survive it: {proof.broken_by_rows}"
        for proof in chain.proofs
        if proof.broken_by_rows
    ]
    if chain.unproven:
        notes.append(f"Not proven on PostgreSQL {chain.unproven.major}: {chain.unproven.reason}")
    return notes


def _places(chain: Chain) -> list[tuple[Path, str]]:
    """Return the files in which something is to be written, with what that is."""
    return [
        (path, line.removeprefix(WRITE_HERE))
        for path in chain.files
        if path.suffix == ".sql"
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(WRITE_HERE)
    ]


def _as_object(chain: Chain | None, root: Path, breaks: Sequence[str]) -> dict[str, object]:
    if chain is None:
        nothing: dict[str, object] = {"revisions": [], "files": [], "proofs": [], "unproven": None}
        return {**nothing, "breaks": [], "to_be_written": []}
    return {
        "revisions": [
            {
                "revision": draft.id,
                "message": draft.message,
                "transactional": draft.transactional,
                "phase": draft.phase,
            }
            for draft in chain.drafts
        ],
        "files": [path.relative_to(root) for path in chain.files],
        "proofs": [
            {"major": proof.major, "rows": proof.rows, "broken_by_rows": proof.broken_by_rows}
            for proof in chain.proofs
        ],
        "unproven": chain.unproven and chain.unproven._asdict(),
        "breaks": breaks,
        "to_be_written": [{"file": path.relative_to(root), "what": what} for path, what in _places(chain)],
    }
