"""The contract that is committed under sql/contract/: its files, now and at a git reference."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from toolkit.checks.errors import ContractFileError
from toolkit.checks.git import git, name_commit
from toolkit.core.contract import Command, Contract, ReadModel, read_contract, write_contract
from toolkit.core.settings import Settings
from toolkit.errors import ContractUnreadable

SUFFIX: Final = ".contract"
_FOLDER: Final = "contract"


def contract_folder(settings: Settings) -> Path:
    """Return the folder of the committed contract."""
    return settings.sql / _FOLDER


def contract_files(contract: Contract) -> dict[str, str]:
    """Return the texts of the files by name: one for each read model and for each name of a command."""
    files = {f"{model.name}{SUFFIX}": write_contract(model) for model in contract.read_models}
    for name in sorted({command.name for command in contract.commands}):
        overloads = [command for command in contract.commands if command.name == name]
        files[f"{name}{SUFFIX}"] = write_contract(*overloads)
    return files


def replace_text(path: Path, text: str) -> None:
    """Give a file a text at once, so that nobody sees half of it; raises OSError."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)


def read_committed(settings: Settings) -> Contract:
    """Return the contract under sql/contract/, which may be empty; raises ContractFileError."""
    folder = contract_folder(settings)
    return read_texts({str(path): _text(path) for path in sorted(folder.glob(f"*{SUFFIX}"))})


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ContractFileError(f"{path} can't be read: {why}.") from error


def read_texts(texts: Mapping[str, str]) -> Contract:
    """Return the contract that some files hold, by their path; raises ContractFileError with the place."""
    models: list[ReadModel] = []
    commands: list[Command] = []
    for path, text in texts.items():
        try:
            parts = read_contract(text)
        except ContractUnreadable as error:
            raise ContractFileError(
                f"{path}:{error.line}:{error.column}: {error.wanted} should stand here.",
                remedy="Mend the file, or remove it and run `toolkit contract update`.",
            ) from error
        models += [part for part in parts if isinstance(part, ReadModel)]
        commands += [part for part in parts if isinstance(part, Command)]
    return Contract(
        tuple(sorted(models, key=lambda model: model.name)),
        tuple(sorted(commands, key=lambda command: command.signature)),
    )


def read_reference(settings: Settings, reference: str) -> Contract:
    """Return the contract that is committed at a git reference; raises GitFailed with git's words."""
    folder = contract_folder(settings).relative_to(settings.root).as_posix()
    commit = name_commit(settings.root, reference)
    listed = git(settings.root, "ls-tree", "-z", "--name-only", commit, f"{folder}/")
    names = [name for name in listed.split("\0") if name.endswith(SUFFIX)]
    return read_texts({name: git(settings.root, "show", f"{commit}:./{name}") for name in names})
