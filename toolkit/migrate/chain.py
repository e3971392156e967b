"""From a plan to the files of its revisions: drafted in a folder apart, proven, then put into place."""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from toolkit.catalog.catalog import Catalog
from toolkit.core.changes import Plan
from toolkit.errors import DataLoss, FileUnusable, ProofFailed, RevisionFailed
from toolkit.migrate.freeze import Draft, down_text, python_text, up_text
from toolkit.migrate.gate import expectations
from toolkit.migrate.proof import BodiesBroken, Proof, Prover, Tables
from toolkit.migrate.states import States, Unavailable, open_oldest
from toolkit.source.revisions import Expected, read_revisions

_PLACE = re.compile(r"(.+?):(\d+): ")
Back = Callable[[Draft, Catalog, Catalog], Plan]  # makes the way from the second database to the first


@dataclass(frozen=True, slots=True)
class Chain:
    """Revisions that were written. files: their paths. proofs: one for each server they were proven on.

    unproven: the server on which they should have been proven too.
    """

    drafts: tuple[Draft, ...]
    files: tuple[Path, ...]
    proofs: tuple[Proof, ...]
    unproven: Unavailable | None


def refuse_losses(drafts: Iterable[Draft]) -> None:
    """Raise DataLoss for what the revisions would lose."""
    losses = [loss for draft in drafts for loss in draft.losses]
    if losses:
        listed = "".join(f"\n  {loss}" for loss in losses)
        raise DataLoss(
            f"The revision loses data:{listed}\n",
            remedy="Add --allow-data-loss if that is what you want; nothing was written.",
        )


def write_chain(
    states: States,
    drafts: Sequence[Draft],
    ends: tuple[Catalog, Catalog],
    back: Back,
    tables: Mapping[str, Tables],
) -> Chain:
    """Write the files of the drafts, once they are proven on the server of `states` and on the oldest target.

    ends: the databases that they lead from and to. back: for the `.down.sql` of each.
    tables: those that get random rows before a revision, by its id.
    Raises ProofFailed, BodiesBroken, and what else applying them raises; then nothing is written.
    """
    versions = states.settings.migrations / "versions"
    rows = {} if any(draft.unwritten for draft in drafts) else tables
    with tempfile.TemporaryDirectory(prefix="toolkit-") as name, _explained(Path(name)):
        folder = Path(name)
        for draft in drafts:
            _write(folder, draft, ".py", python_text(draft))
            _write(folder, draft, ".up.sql", up_text(draft))
            _write(folder, draft, ".down.sql", down_text(draft, ()))

        def write_back(place: int, before: Catalog, after: Catalog) -> None:
            draft = drafts[place]
            _write(folder, draft, ".down.sql", down_text(draft, back(draft, before, after).steps))

        history = read_revisions(versions, folder)
        chain = [history[draft.id] for draft in drafts]
        prover = Prover(states, history, draft=True)
        touched = {str(step.object) for draft in drafts for step in draft.steps}
        proofs = [
            prover.prove(
                chain,
                desired=states.desired(),
                ends=ends,
                tables=rows,
                after_up=write_back,
                touched=touched,
            )
        ]
        with open_oldest(states) as oldest:
            if isinstance(oldest, States):
                prover = Prover(oldest, history, draft=True)
                proofs.append(prover.prove(chain, desired=oldest.desired(), tables=rows, touched=touched))
        for draft, (source, target) in zip(drafts, _expectations(drafts, proofs), strict=True):
            _write(folder, draft, ".py", python_text(draft, source, target))
        files = publish(folder, [draft.stem for draft in drafts], versions)
    unproven = oldest if isinstance(oldest, Unavailable) else None
    told = (_told(proof, name, str(versions)) for proof in proofs)
    return Chain(tuple(drafts), files, tuple(told), unproven)


def _told(proof: Proof, folder: str, versions: str) -> Proof:
    """Return a proof that names the files where they are now."""
    broken = proof.broken_by_rows
    return replace(proof, broken_by_rows=broken and broken.replace(folder, versions))


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Tell what fails in the folder, which is about to go, by the statement instead of the line."""
    try:
        yield
    except BodiesBroken:
        raise
    except (ProofFailed, RevisionFailed) as error:
        text = error.message.replace(f"{folder}/", "")
        found = _PLACE.match(error.message)
        if found and found[1].startswith(str(folder)):
            lines = Path(found[1]).read_text(encoding="utf-8").splitlines()
            text += f"\n  {lines[int(found[2]) - 1]}"
        raise ProofFailed(
            f"Nothing was written, for the proof failed: {text}",
            remedy="Write this revision by hand; docs/how-to/write-a-revision.md of cqrs-toolkit shows how.",
        ) from error


def publish(source: Path, stems: Sequence[str], folder: Path) -> tuple[Path, ...]:
    """Move the files of revisions from a folder into another and return their paths there.

    A revision is there when its `.py` is, so that comes when its SQL is in place, and after those that it
    follows: whoever is killed in between leaves a shorter chain, no revision without its files, and at most
    SQL of none, which is refused. Any other interruption leaves nothing.
    Raises FileUnusable where the folder takes no files.
    """
    names = [stem + suffix for stem in stems for suffix in (".up.sql", ".down.sql", ".py")]
    pairs = [(folder / f".{name}.new", folder / name) for name in names]
    try:
        with ExitStack() as undo:
            for (temporary, _), name in zip(pairs, names, strict=True):
                undo.callback(temporary.unlink, missing_ok=True)
                temporary.write_bytes((source / name).read_bytes())
            for temporary, final in pairs:
                undo.callback(final.unlink, missing_ok=True)
                temporary.rename(final)
            undo.pop_all()
    except OSError as error:
        raise FileUnusable(f"Nothing was written, for {folder} takes no files: {error.strerror}.") from error
    return tuple(final for _, final in pairs)


def _write(folder: Path, draft: Draft, suffix: str, text: str) -> None:
    (folder / (draft.stem + suffix)).write_text(text, encoding="utf-8", newline="\n")


def _expectations(drafts: Sequence[Draft], proofs: Sequence[Proof]) -> list[tuple[Expected, Expected]]:
    """Return source and target of each revision: what is the same on all servers."""
    return [_agreed(draft, place, proofs) for place, draft in enumerate(drafts)]


def _agreed(draft: Draft, place: int, proofs: Sequence[Proof]) -> tuple[Expected, Expected]:
    first, *others = (expectations(draft.steps, *proof.fingerprints[place : place + 2]) for proof in proofs)
    agreed = [
        {name: mark for name, mark in side.items() if all(other[at].get(name) == mark for other in others)}
        for at, side in enumerate(first)
    ]
    return agreed[0], agreed[1]
