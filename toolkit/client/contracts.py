"""Where a client's contract comes from, and what of it a database does not keep."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from toolkit.client.introspect import Signatures, same_type
from toolkit.client.sqltext import is_qualified
from toolkit.core.contract import Command, Contract, ReadModel, read_contract
from toolkit.errors import ContractUnreadable

ContractSource = Contract | str | Path | None
_SUFFIX: Final = ".contract"


def read_contract_source(source: ContractSource) -> Contract | None:
    """Return the contract of a folder or a file, a contract as it is, None for None.

    Raises ContractUnreadable for text that is none, OSError for what can't be read.
    """
    if source is None or isinstance(source, Contract):
        return source
    path = Path(source)
    files = sorted(path.glob(f"*{_SUFFIX}")) if path.is_dir() else [path]
    if not files:
        raise ContractUnreadable(1, 1, f"a file {path}/*{_SUFFIX}")
    return of_text("\n".join(file.read_text(encoding="utf-8") for file in files))


def of_text(text: str) -> Contract:
    """Return the contract whose read models and commands a text has."""
    parts = read_contract(text)
    models = sorted((part for part in parts if isinstance(part, ReadModel)), key=lambda model: model.name)
    commands = sorted((part for part in parts if isinstance(part, Command)), key=lambda each: each.signature)
    return Contract(tuple(models), tuple(commands))


def mismatches(contract: Contract, found: Signatures) -> list[str]:
    """Return what the contract says and the database does not have; what it has beside that is no matter.

    Nor does it matter what the session may use: a service of readers has no right to commands. Names in other
    schemas than the project's are left to the calls.
    """
    return [
        *_missing_models(contract, found.everything),
        *_missing_commands(contract, found.everything),
    ]


def _missing_models(contract: Contract, found: Contract) -> Iterator[str]:
    there = {model.name: model for model in found.read_models}
    for model in contract.read_models:
        real = there.get(model.name)
        if real is None:
            if not is_qualified(model.name):
                yield f"there is no {model.name}"
            continue
        for column in model.columns:
            other = real.get(column.name)
            if other is None:
                yield f"{model.name} has no column {column.name}"
            elif not same_type(column, other):
                yield f"{model.name}.{column.name} is {other.type}, not {column.type}"


def _missing_commands(contract: Contract, found: Contract) -> Iterator[str]:
    there: dict[str, list[Command]] = {}
    for command in found.commands:
        there.setdefault(command.name, []).append(command)
    for command in contract.commands:
        others = there.get(command.name, [])
        if others and not any(_fits(command, other) for other in others):
            has = " and ".join(other.signature for other in others)
            yield f"{command.signature} is {has}, or has other parameters or another result"
        elif not others and not is_qualified(command.name):
            yield f"there is no {command.signature}"


def _fits(command: Command, other: Command) -> bool:
    names = [(each.name, each.optional, each.variadic) for each in command.parameters]
    if names != [(each.name, each.optional, each.variadic) for each in other.parameters]:
        return False
    pairs = zip(command.parameters, other.parameters, strict=True)
    results = (command.result.many, other.result.many)
    return all(same_type(*pair) for pair in pairs) and results[0] == results[1]
