"""`errors.toml` of a database package: which application code a broken rule has. Standard library only."""

import re
import tomllib
from pathlib import Path
from typing import Any

from toolkit.errors import ErrorCodesInvalid

_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")  # in the words of tomllib
_EXAMPLE = 'A rule has a table: [rules.uq_user_email] and, in the next line, code = "DUPLICATE_EMAIL".'


def read_error_codes(path: Path) -> dict[str, str]:
    """Return the application code of each rule of the business, by the rule's name.

    Raises ErrorCodesInvalid, with file, line and column in front, for what is not TOML and
    for anything but tables [rules.<name>] with a `code` in capitals and, perhaps, an `example`.
    """
    return {name: _code(rule, name, path) for name, rule in _read(path).items()}


def line_of_rule(text: str, name: str) -> int:
    """Return the line of the text of errors.toml at which the table of a rule begins, 1 where none does."""
    return next((number for number, line in enumerate(text.splitlines(), 1) if f"[rules.{name}]" in line), 1)


def read_examples(path: Path) -> dict[str, str]:
    """Return the SQL that breaks a rule, by the name of each rule that has an `example`; raises as above."""
    codes = read_error_codes(path)
    return {
        name: rule["example"] for name, rule in _read(path).items() if name in codes and "example" in rule
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ErrorCodesInvalid(f"{path}:1:1: the file can't be read: {why}.") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words = str(error)
        place = _PLACE.search(words)
        at = f"{place[1]}:{place[2]}" if place and place[1] else f"{text.count(chr(10)) + 1}:1"
        raise ErrorCodesInvalid(f"{path}:{at}: {_PLACE.sub('', words)}.", remedy=_EXAMPLE) from error
    rules = document.pop("rules", {})
    if document or not isinstance(rules, dict):
        message = f"{path}:1:1: the file holds something else than tables [rules.<name>]."
        raise ErrorCodesInvalid(message, remedy=_EXAMPLE)
    return rules


def _code(rule: object, name: str, path: Path) -> str:
    values = rule if isinstance(rule, dict) and rule.keys() <= {"code", "example"} else {}
    code, example = values.get("code"), values.get("example", "")
    if not (isinstance(code, str) and _CODE.fullmatch(code) and isinstance(example, str)):
        line = line_of_rule(path.read_text(encoding="utf-8"), name)
        raise ErrorCodesInvalid(
            f"{path}:{line}:1: [rules.{name}] must hold a code in capitals, and nothing else but an example.",
            remedy='An example: code = "NOT_FOUND".',
        )
    return code
