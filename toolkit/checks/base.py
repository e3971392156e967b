"""Checks against a git reference: what those who rely on what was committed there lose."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from toolkit.checks.committed import contract_folder
from toolkit.checks.contract import RECORD
from toolkit.checks.contracts import infer_contract
from toolkit.checks.errors import GitFailed
from toolkit.checks.git import committed_text
from toolkit.checks.outcome import Outcome, finding
from toolkit.checks.project import Project
from toolkit.core.contract import Contract
from toolkit.core.findings import Finding
from toolkit.core.words import counted
from toolkit.shape.contract_changes import contract_changes
from toolkit.shape.differences import Verdict
from toolkit.source.revisions import Revision, Revisions

_NO_BASE: Final = "no base to compare with; give one with --since REF"
_ALLOW: Final = (
    'Keep what they rely on, or say why it may go: `toolkit contract update --allow-break "reason"`.'
)
_PHASE: Final = 'Leave it to a later revision of phase "contract", after the old clients are gone.'


def check_breaks(project: Project) -> Outcome:
    """Compare the contract that the SQL makes with that of the base; what breaks.md allows is left out."""
    if project.base is None:
        return Outcome(_NO_BASE)
    settings = project.settings
    old = project.base_contract
    changes = contract_changes(old, project.inferred.contract, settings.contract.tier)
    allowed = _allowed(contract_folder(settings) / RECORD)
    breaks = [change for change in changes if change.verdict is Verdict.BREAK and str(change) not in allowed]
    found = tuple(project.at(change.subject, "breaks", str(change), _ALLOW) for change in breaks)
    return Outcome(f"the contract compared with that of {project.base}", found)


def _allowed(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.removeprefix("- ") for line in lines if line.startswith("- ")}


def check_phases(project: Project) -> Outcome:
    """Look whether clients of the base still work after each new revision that is no phase of contraction."""
    if project.base is None:
        return Outcome(_NO_BASE)
    old = project.base_contract
    findings: list[Finding] = []
    looked = 0
    for revision in project.new_revisions:
        if revision.phase == "contract":
            break  # from here on the old clients are gone
        project.show(f"Asking what clients of {project.base} find after {revision.id}")
        findings += phase_findings(project, revision, old)
        looked += 1
    return Outcome(
        f"{counted(looked, 'new revision')} looked at with the contract of {project.base}", tuple(findings)
    )


def phase_findings(project: Project, revision: Revision, old: Contract) -> Iterator[Finding]:
    """Yield what breaks for clients of an older contract in the database after a revision."""
    order = project.revisions.order
    reached = Revisions(order[: order.index(revision) + 1])
    states = project.pinned
    with states.copy(states.at(reached)) as conninfo:
        new = infer_contract(conninfo, project.settings).contract
    place = revision.up or revision.path
    for change in contract_changes(old, new, project.settings.contract.tier):
        if change.verdict is Verdict.BREAK:
            yield finding(
                project.settings, place, "phases", f"clients of {project.base} break: {change}", _PHASE
            )


def breaks_of_head(project: Project) -> list[str]:
    """Return what breaks for those who rely on the contract of the head by what sql/ declares."""
    settings, states = project.settings, project.pinned
    with states.copy(states.at(project.revisions)) as conninfo:
        old = infer_contract(conninfo, settings).contract
    changes = contract_changes(old, project.inferred.contract, settings.contract.tier)
    return [str(change) for change in changes if change.verdict is Verdict.BREAK]


def edited_revisions(project: Project) -> Iterator[Finding]:
    """Yield the revisions whose way up is another one than at the base: it may be applied somewhere."""
    if project.base is None:
        return
    for revision in project.new_revisions:
        if revision.up is None:
            continue
        try:
            before = committed_text(project.settings.root, project.base, revision.up)
        except GitFailed:
            continue  # it is new
        if before.replace("\r\n", "\n") != revision.up.read_text(encoding="utf-8").replace("\r\n", "\n"):
            yield finding(
                project.settings,
                revision.up,
                "edited",
                f"it is not what it is at {project.base}, and may be applied already",
                "Restore it and write a new revision instead.",
            )
