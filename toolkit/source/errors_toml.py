"""`errors.toml` of a database package: which application code a broken rule has. Standard library only."""

import re
import tomllib
from pathlib import Path
from typing import Any

from toolkit.errors import ErrorCodesInvalid

_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


def read_error_codes(path: Path) -> dict[str, str]:
    """Return the application code of each rule of the business, by the rule's name.

    Raises ErrorCodesInvalid for what is not TOML and for anything but tables [rules.<name>] with a `code` in
    capitals and, perhaps, an `example`.
    """
    return {name: _code(rule, name, path) for name, rule in _read(path).items()}


def read_examples(path: Path) -> dict[str, str]:
    """Return the SQL that breaks a rule, by the name of each rule that has an `example`; raises as above."""
    codes = read_error_codes(path)
    return {
        name: rule["example"] for name, rule in _read(path).items() if name in codes and "example" in rule
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ErrorCodesInvalid(f"{path} can't be read: {error}.") from error
    rules = document.pop("rules", {})
    if document or not isinstance(rules, dict):
        raise ErrorCodesInvalid(f"{path} holds something else than tables [rules.<name>].")
    return rules


def _code(rule: object, name: str, path: Path) -> str:
    values = rule if isinstance(rule, dict) and rule.keys() <= {"code", "example"} else {}
    code, example = values.get("code"), values.get("example", "")
    if not (isinstance(code, str) and _CODE.fullmatch(code) and isinstance(example, str)):
        raise ErrorCodesInvalid(
            f"{path}: [rules.{name}] must hold a code in capitals, and nothing else but an example.",
            remedy='An example: code = "NOT_FOUND".',
        )
    return code
