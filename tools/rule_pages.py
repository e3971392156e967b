"""Writes the pages of the lint rules under docs/lint/ from the docstrings of the rules."""

import re
import textwrap
from pathlib import Path

from toolkit.lint.registry import Rule, all_rules

FOLDER = Path(__file__).parents[1] / "docs/lint"
FAMILIES = {
    "J": "JSON documents",
    "M": "Safety of migrations",
    "N": "Names",
    "P": "Bodies of functions",
    "Q": "The boundary between reads and writes",
    "X": "What can't be read, and comments",
}


def pages() -> dict[str, str]:
    """Return every page by the name of its file."""
    rules = all_rules()
    found = {f"{code}.md": _page(rule) for code, rule in rules.items()}
    lines = ["# Lint rules", "", "Rules that are marked off run only when they are selected.", ""]
    for family, title in FAMILIES.items():
        members = [rule for rule in rules.values() if rule.family == family]
        if not members:
            continue
        lines += [f"## {family}: {title}", "", "| rule | severity | |", "|---|---|---|"]
        for rule in members:
            severity = rule.severity.value + ("" if rule.default else ", off")
            lines.append(f"| [{rule.code}]({rule.code}.md) | {severity} | {_cell(rule.title)} |")
        lines.append("")
    return found | {"README.md": "\n".join(lines).rstrip() + "\n"}


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _page(rule: Rule) -> str:
    standing = f"{rule.severity.value}, {'on' if rule.default else 'off'} by default"
    head, *parts = re.split(r"^(Bad|Good):$", rule.text, flags=re.MULTILINE)
    _, _, why = head.partition("\n")
    lines = [f"# {rule.code}: {rule.name}", "", f"{rule.title} ({standing})", "", why.strip()]
    for word, sample in zip(parts[::2], parts[1::2], strict=True):
        lines += ["", f"{word}:", "", "```sql", textwrap.dedent(sample).strip(), "```"]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.md"):
        old.unlink()
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
