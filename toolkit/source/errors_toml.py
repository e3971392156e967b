"""`errors.toml` of a database package: which application code a broken rule has. Standard library only."""

import re
import tomllib
from pathlib import Path

from toolkit.errors import ErrorCodesInvalid

_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


def read_error_codes(path: Path) -> dict[str, str]:
    """Return the application code of each rule of the business, by the rule's name.

    Raises ErrorCodesInvalid for what is not TOML and for anything but tables [rules.<name>] with the one key
    `code`, in capitals.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ErrorCodesInvalid(f"{path} can't be read: {error}.") from error
    rules = document.pop("rules", {})
    if document or not isinstance(rules, dict):
        raise ErrorCodesInvalid(f"{path} holds something else than tables [rules.<name>].")
    return {name: _code(rule, name, path) for name, rule in rules.items()}


def _code(rule: object, name: str, path: Path) -> str:
    code = rule.get("code") if isinstance(rule, dict) and len(rule) == 1 else None
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise ErrorCodesInvalid(
            f"{path}: [rules.{name}] must hold exactly one key, code, in capitals.",
            remedy='An example: code = "NOT_FOUND".',
        )
    return code
