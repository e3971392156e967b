"""Checks of the contract: the SQL fits the committed files, and what is written when it does not."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from toolkit.checks.committed import SUFFIX, contract_files, contract_folder, read_committed, replace_text
from toolkit.checks.errors import ContractBroken, ContractFileError
from toolkit.checks.kept import Inferred
from toolkit.checks.outcome import Outcome, finding
from toolkit.core.contract import Contract, read_contract
from toolkit.core.findings import Finding
from toolkit.core.notation import leaves, write_name
from toolkit.core.settings import Settings
from toolkit.core.shapes import Opaque
from toolkit.core.words import counted
from toolkit.shape.contract_changes import Change, contract_changes
from toolkit.shape.differences import Verdict

RECORD: Final = "breaks.md"
_HEAD: Final = "# Breaks of the contract that were allowed, the newest last\n"
_UPDATE: Final = "Run `toolkit contract update` and review the files, or take the change of the SQL back."
_SHOWN: Final = 5  # breaks that an error names


class Project(Protocol):
    """What is compared: the contract of a project's SQL, which is worked out when it is asked for."""

    @property
    def settings(self) -> Settings:
        """The settings."""

    @property
    def inferred(self) -> Inferred:
        """The contract that the SQL of the project makes."""


def check_contract(project: Project) -> Outcome:
    """Compare the contract that the SQL makes with the committed one, where one is committed."""
    settings = project.settings
    folder = contract_folder(settings)
    if not folder.is_dir():
        return Outcome("no contract is committed; `toolkit contract update` writes it")
    inferred = project.inferred
    wanted = contract_files(inferred.contract)
    findings = [*_differing(settings, wanted, inferred.contract), *_too_opaque(settings, inferred.contract)]
    said = (
        f"{counted(len(inferred.contract.read_models), 'read model')} and "
        f"{counted(len(inferred.contract.commands), 'command')} "
        f"compared with {folder.relative_to(settings.root).as_posix()}/ on PostgreSQL "
        f"{inferred.major}"
    )
    return Outcome(said, tuple(findings), inferred.notes)


def _differing(settings: Settings, wanted: dict[str, str], contract: Contract) -> Iterator[Finding]:
    folder = contract_folder(settings)
    there = {path.name: path.read_bytes() for path in folder.glob(f"*{SUFFIX}")}
    if there == {name: text.encode() for name, text in wanted.items()}:
        return  # without reading what so many files say
    changes: dict[str, list[Change]] = defaultdict(list)
    for change in contract_changes(read_committed(settings), contract, settings.contract.tier):
        changes[change.subject.partition("(")[0]].append(change)
    for name in sorted(wanted.keys() | there.keys()):
        path = folder / name
        subject = name.removesuffix(SUFFIX)
        if name not in wanted:
            yield finding(settings, path, "contract", f"there is no {subject} any more", _UPDATE)
        elif name not in there:
            yield finding(settings, path, "contract", f"{subject} is in no file of the contract", _UPDATE)
        elif path.read_text(encoding="utf-8") != wanted[name]:
            said = [str(change) for change in changes[subject]] or [*_strange(path, subject)]
            said = said or ["the text is laid out otherwise than `toolkit contract update` does"]
            yield from (finding(settings, path, "contract", message, _UPDATE) for message in said)


def _strange(path: Path, subject: str) -> Iterator[str]:
    """Yield what a file of the contract has beside what it is for."""
    for part in read_contract(path.read_text(encoding="utf-8")):
        if part.name != subject:
            yield f"it holds {part.name}, which is no matter of this file"


def _too_opaque(settings: Settings, contract: Contract) -> Iterator[Finding]:
    most = settings.contract.max_opaque
    found = list(opaque_values(contract))
    if most is not None and len(found) > most:
        listed = "; ".join(f"{place} ({reason})" for place, reason in found)
        message = f"{counted(len(found), 'opaque value')}, where {most} may be: {listed}"
        remedy = "Declare their shape in a comment on the column, or raise tool.toolkit.contract.max-opaque."
        yield finding(settings, settings.sql, "contract-opaque", message, remedy)


def opaque_values(contract: Contract) -> Iterator[tuple[str, str]]:
    """Yield place and reason of every value in the documents of read models whose shape is not known."""
    for model in contract.read_models:
        for column in model.columns:
            for path, leaf in leaves(column.shape, write_name(column.name)):
                if isinstance(leaf, Opaque):
                    yield f"{model.name} {path}", leaf.reason


def update_contract(settings: Settings, contract: Contract, allowed: str | None) -> list[Path]:
    """Write the files of a contract that are not as they should be; return them, those removed too.

    allowed: why readers may break; it is kept in breaks.md. Raises ContractBroken where they would and no
    reason is given; nothing is written then.
    """
    folder = contract_folder(settings)
    committed = read_committed(settings) if folder.is_dir() else Contract()
    changes = contract_changes(committed, contract, settings.contract.tier)
    breaks = [change for change in changes if change.verdict is Verdict.BREAK]
    if breaks and allowed is None:
        more = f"; and {len(breaks) - _SHOWN} more" if len(breaks) > _SHOWN else ""
        number = counted(len(breaks), "change")
        raise ContractBroken(
            f"{number} {'breaks' if len(breaks) == 1 else 'break'} those who rely on the contract: "
            f"{'; '.join(map(str, breaks[:_SHOWN]))}{more}.",
            remedy='Change the SQL so that nobody breaks, or say why they may: --allow-break "reason".',
        )
    wanted = contract_files(contract)
    if breaks and allowed is not None:
        wanted[RECORD] = _recorded(folder / RECORD, contract, breaks, allowed)
    return list(_write(folder, wanted))


def _recorded(path: Path, contract: Contract, breaks: list[Change], reason: str) -> str:
    before = path.read_text(encoding="utf-8") if path.is_file() else _HEAD
    lines = "".join(f"- {change}\n" for change in breaks)
    return f"{before}\n## Contract {contract.digest()[:16]}: {' '.join(reason.split())}\n\n{lines}"


def _write(folder: Path, wanted: dict[str, str]) -> Iterator[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in wanted.items():
            path = folder / name
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                replace_text(path, text)
                yield path
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            if path.name not in wanted:
                path.unlink()
                yield path
    except OSError as error:
        raise ContractFileError(f"{folder} can't be written: {error.strerror}.") from error
