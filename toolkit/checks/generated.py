"""Code made from the committed contract: what it should be, whether it is, and how it is written."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from toolkit.checks.committed import SUFFIX, contract_files, contract_folder, read_committed, replace_text
from toolkit.checks.errors import ContractUnknown, GeneratedUnwritable
from toolkit.checks.kept import KeptContract
from toolkit.checks.outcome import Outcome, finding
from toolkit.checks.project import Project
from toolkit.codegen.json_schema import schema_files
from toolkit.codegen.python import Source, python_package
from toolkit.codegen.python_names import identifier, is_importable
from toolkit.core.contract import Contract
from toolkit.core.settings import Settings
from toolkit.source.artifacts import read_artifacts
from toolkit.source.comments import Comment, read_comments
from toolkit.source.types import in_words

KINDS: Final = ("python", "json-schema")
_MARK: Final = "Made by `toolkit codegen "  # in what we may replace and remove
_SUFFIXES: Final = {"python": ".py", "json-schema": ".json"}


def generated_files(settings: Settings, kind: str) -> dict[str, str]:
    """Return the files that a kind of code should have, their texts by name.

    Raises ContractUnknown where nothing is committed, and what reading the contract or sql/ raises.
    """
    contract = read_committed(settings)
    if not contract.read_models and not contract.commands:
        folder = contract_folder(settings).relative_to(settings.root).as_posix()
        raise ContractUnknown(
            f"There is no contract under {folder}/ to make code from.",
            remedy="Run `toolkit contract update` first.",
        )
    if kind == "json-schema":
        return schema_files(contract)
    comments = read_comments(read_artifacts(settings.sql, settings.schema), settings.schema)
    return python_package(Source(contract, settings.names, dict(_texts(contract, comments))))


def unlike_sql(settings: Settings) -> str | None:
    """Return what to say where the committed contract may not be that of sql/; no server is asked."""
    kept = KeptContract(settings).read()
    if kept is None:
        return "sql/ was not compared with the contract since it changed; `toolkit contract check` does."
    there = {path.name: path.read_bytes() for path in contract_folder(settings).glob(f"*{SUFFIX}")}
    if there == {name: text.encode() for name, text in contract_files(kept.contract).items()}:
        return None
    return "sql/ makes another contract than the one that is committed; `toolkit contract update` writes it."


def _texts(contract: Contract, comments: list[Comment]) -> Iterator[tuple[str, str]]:
    """Yield the comment of each read model by its name, and of each command by its signature."""
    relations = {comment.name: comment.text for comment in comments if comment.types is None}
    for model in contract.read_models:
        yield model.name, relations.get(model.name, "")
    routines = {(comment.name, comment.types): comment.text for comment in comments}
    for command in contract.commands:
        types = tuple(in_words(parameter.type) for parameter in command.parameters)
        yield command.signature, routines.get((command.name, types)) or routines.get((command.name, None), "")


def outdated(folder: Path, kind: str, files: Mapping[str, str]) -> dict[Path, str]:
    """Return what is wrong with each file of a folder that is not as it should be.

    Files that we did not make are no matter, unless one stands where one of ours should be.
    """
    wrong = {}
    for name, text in files.items():
        path = folder / name
        if not path.is_file():
            wrong[path] = "is missing"
        elif path.read_text(encoding="utf-8", errors="replace") != text:
            wrong[path] = "is not what the contract makes"
    for path in _leftovers(folder, kind, files):
        wrong[path] = "is of a contract that is gone"
    return wrong


def _leftovers(folder: Path, kind: str, files: Mapping[str, str]) -> list[Path]:
    there = sorted(folder.glob(f"*{_SUFFIXES[kind]}"))
    return [path for path in there if path.name not in files and _MARK in _text(path)]


def _may_replace(path: Path) -> bool:
    text = _text(path)
    return not text or _MARK in text  # py.typed is empty


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def write_generated(folder: Path, kind: str, files: Mapping[str, str]) -> list[Path]:
    """Write the files that are not as they should be, remove those of ours that should not be; return both.

    Raises GeneratedUnwritable, before anything is written, where a file that we did not make is in the way,
    and for a package in a folder whose name can't be imported.
    """
    name = folder.absolute().name
    if kind == "python" and not is_importable(name):
        raise GeneratedUnwritable(
            f"A package in a folder called {name!r} can't be imported.",
            remedy=f"Choose a name such as {identifier(name)}: letters, digits and _, and no word of Python.",
        )
    try:
        wrong = outdated(folder, kind, files)
        for path in wrong:
            if path.exists() and not _may_replace(path):
                raise GeneratedUnwritable(
                    f"{path} was not made by `toolkit codegen`.",
                    remedy="Choose a folder of its own for what is made, or move the file away.",
                )
        folder.mkdir(parents=True, exist_ok=True)
        for path in wrong:
            if path.name not in files:
                path.unlink()
                continue
            replace_text(path, files[path.name])
    except OSError as error:
        raise GeneratedUnwritable(f"{folder} can't be written: {error.strerror}.") from error
    return list(wrong)


def check_generated(project: Project) -> Outcome:
    """Compare the code under the folders of `[tool.toolkit.codegen]` with what the contract makes."""
    settings = project.settings
    folders = {kind: folder for kind in KINDS if (folder := settings.codegen.folder(kind)) is not None}
    if not folders:
        return Outcome("no folder is set in [tool.toolkit.codegen]")
    findings = [
        finding(settings, path, "codegen", message, f"Run `toolkit codegen {kind}`.")
        for kind, folder in folders.items()
        for path, message in outdated(folder, kind, generated_files(settings, kind)).items()
    ]
    return Outcome(f"made code compared: {', '.join(folders)}", tuple(findings))
