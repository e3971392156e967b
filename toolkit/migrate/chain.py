"""From a plan to the files of its revisions: drafted in a folder apart, proven, then put into place."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from toolkit.core.changes import Plan
from toolkit.errors import DataLoss, ScratchServerUnusable, ServerBinariesMissing
from toolkit.migrate.freeze import Draft, down_text, python_text, up_text
from toolkit.migrate.gate import expectations
from toolkit.migrate.proof import Proof, Prover, Snapshot, Tables, take_snapshot
from toolkit.migrate.states import States
from toolkit.server.scratch import open_scratch
from toolkit.source.revisions import Expected, Revision, Revisions, read_revisions

Back = Callable[[Draft, Snapshot, Snapshot], Plan]  # makes the way from the second database to the first


@dataclass(frozen=True, slots=True)
class Chain:
    """Revisions that were written. files: their paths. proofs: one for each server they were proven on.

    unproven: the major on which they should have been proven too, with the reason why they were not.
    """

    drafts: tuple[Draft, ...]
    files: tuple[Path, ...]
    proofs: tuple[Proof, ...]
    unproven: tuple[int, str] | None


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
    states: States, drafts: Sequence[Draft], desired: Snapshot, back: Back, tables: Mapping[str, Tables]
) -> Chain:
    """Write the files of the drafts, once they are proven on the server of `states` and on the oldest target.

    desired: the database that they have to lead to. back: for the `.down.sql` of each.
    tables: those that get random rows before a revision, by its id.
    Raises ProofFailed, RevisionFailed and what else applying them raises; then nothing is written.
    """
    versions = states.settings.migrations / "versions"
    rows = {} if any(draft.unwritten for draft in drafts) else tables
    with tempfile.TemporaryDirectory(prefix="toolkit-") as name:
        folder = Path(name)
        for draft in drafts:
            _write(folder, draft, ".py", python_text(draft))
            _write(folder, draft, ".up.sql", up_text(draft))
            _write(folder, draft, ".down.sql", down_text(draft, ()))

        def write_back(place: int, before: Snapshot, after: Snapshot) -> None:
            draft = drafts[place]
            _write(folder, draft, ".down.sql", down_text(draft, back(draft, before, after).steps))

        history = read_revisions(versions, folder)
        chain = [history[draft.id] for draft in drafts]
        proofs = [
            Prover(states, history, draft=True).prove(
                chain, desired=desired, tables=rows, after_up=write_back
            )
        ]
        elsewhere = prove_on_oldest(states, history, chain, rows, draft=True)
        if isinstance(elsewhere, Proof):
            proofs.append(elsewhere)
        for draft, (source, target) in zip(drafts, _expectations(drafts, proofs), strict=True):
            _write(folder, draft, ".py", python_text(draft, source, target))
        files = publish(folder, [draft.stem for draft in drafts], versions)
    unproven = None if isinstance(elsewhere, Proof) else elsewhere
    return Chain(tuple(drafts), files, tuple(proofs), unproven)


def prove_on_oldest(
    states: States,
    history: Revisions,
    chain: Sequence[Revision],
    rows: Mapping[str, Tables],
    *,
    draft: bool = False,
) -> Proof | tuple[int, str] | None:
    """Prove revisions on the oldest target major too; None where `states` is on it.

    Returns the major and the reason where there is no such server to be had. Raises what Prover.prove raises.
    """
    oldest = states.settings.postgresql
    if oldest == states.scratch.major:
        return None
    with ExitStack() as stack:
        try:
            scratch = stack.enter_context(open_scratch(oldest))
        except (ServerBinariesMissing, ScratchServerUnusable) as error:
            return oldest, str(error)
        other = States(states.settings, scratch, states.notify)
        with other.copy(other.desired()) as conninfo:
            desired = take_snapshot(conninfo)
        return Prover(other, history, draft=draft).prove(chain, desired=desired, tables=rows)


def publish(source: Path, stems: Sequence[str], folder: Path) -> tuple[Path, ...]:
    """Move the files of revisions from a folder into another and return their paths there.

    A revision is there when its `.py` is, so that comes when its SQL is in place, and after those that it
    follows: whoever is killed in between leaves a shorter chain and no revision without its files. Any other
    interruption leaves nothing.
    """
    names = [stem + suffix for stem in stems for suffix in (".up.sql", ".down.sql", ".py")]
    pairs = [(folder / f".{name}.new", folder / name) for name in names]
    placed: list[Path] = []
    try:
        for (temporary, _), name in zip(pairs, names, strict=True):
            placed.append(temporary)
            temporary.write_bytes((source / name).read_bytes())
        for temporary, final in pairs:
            placed.append(final)
            temporary.rename(final)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise
    return tuple(final for _, final in pairs)


def _write(folder: Path, draft: Draft, suffix: str, text: str) -> None:
    (folder / (draft.stem + suffix)).write_text(text, encoding="utf-8", newline="\n")


def _expectations(drafts: Sequence[Draft], proofs: Sequence[Proof]) -> list[tuple[Expected, Expected]]:
    """Return source and target of each revision: what is the same on all servers."""
    return [_agreed(draft, place, proofs) for place, draft in enumerate(drafts)]


def _agreed(draft: Draft, place: int, proofs: Sequence[Proof]) -> tuple[Expected, Expected]:
    first, *others = (
        expectations(draft.steps, *(stop.fingerprints for stop in proof.stops[place : place + 2]))
        for proof in proofs
    )
    agreed = [
        {name: mark for name, mark in side.items() if all(other[at].get(name) == mark for other in others)}
        for at, side in enumerate(first)
    ]
    return agreed[0], agreed[1]
