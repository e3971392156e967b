"""Prints what the linter found, as text or in a format for programs, and what its fixes change."""

import io
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from toolkit import __version__
from toolkit.core.findings import Finding, Severity
from toolkit.core.settings import Settings
from toolkit.core.words import counted
from toolkit.lint.report import as_annotations, as_objects, as_sarif
from toolkit.lint.run import Examined
from toolkit.lint.selection import Selection
from toolkit.source.statements import read_sql

FORMATS = click.Choice(["text", "json", "github", "sarif"])


def print_findings(
    examined: Examined,
    selection: Selection,
    form: str,
    settings: Settings,
    texts: Mapping[Path, str],
    *,
    to_stderr: bool = False,
) -> None:
    """Print findings in a format. texts: as lint_files took them."""
    findings = examined.findings
    if form == "json":
        objects = ",\n".join(map(json.dumps, as_objects(findings, examined.fixes)))
        lines = [f"[\n{objects}\n]" if objects else "[]"]
    elif form == "sarif":
        lines = [json.dumps(sarif_of(examined, selection, settings, texts), indent=2)]
    elif form == "github":
        lines = list(as_annotations(findings))
    else:
        frames = (sys.stderr if to_stderr else sys.stdout).isatty()
        known = dict(texts)
        lines = [line for finding in findings for line in _described(finding, settings, known, frames=frames)]
        lines.append(_summary(examined))
    for line in lines:
        click.echo(line, err=to_stderr)


def sarif_of(
    examined: Examined, selection: Selection, settings: Settings, texts: Mapping[Path, str]
) -> dict[str, Any]:
    """Return findings as a SARIF log. texts: as lint_files took them."""
    from toolkit.lint.baseline import fingerprints

    findings, fixes = examined.findings, examined.fixes
    fixable = {finding.path: settings.root / finding.path for finding in findings if finding in fixes}
    return as_sarif(
        findings,
        fixes,
        fingerprints(findings, settings, texts),
        {name: texts[path] if path in texts else read_sql(path) for name, path in fixable.items()},
        selection.rules.values(),
        __version__,
    )


def print_fixable(examined: Examined) -> None:
    """Print how many of the findings --fix and --unsafe-fixes would fix, nothing where they fix none."""
    safe, unsafe = _fixable(examined)
    if safe:
        click.echo(f"{safe} can be fixed with --fix{_more(unsafe)}.")
    elif unsafe:
        click.echo(f"{unsafe} can be fixed with --fix --unsafe-fixes.")


def print_fixed(fixed: int, left: Examined, *, unsafe: bool, would: bool, to_stderr: bool) -> None:
    """Print how many findings were fixed, or would be, and how many more could be."""
    more = "" if unsafe else _more(_fixable(left)[1])
    click.echo(f"{'Would fix' if would else 'Fixed'} {fixed}{more}.", err=to_stderr)


def _fixable(examined: Examined) -> tuple[int, int]:
    kinds = [examined.fixes[finding].safe for finding in examined.findings if finding in examined.fixes]
    return kinds.count(True), kinds.count(False)


def _more(unsafe: int) -> str:
    return f" ({unsafe} more with --unsafe-fixes)" if unsafe else ""


def print_diff(name: str, before: str, after: str) -> None:
    """Print the difference of a file as patch takes it."""
    import difflib

    old, new = (list(io.StringIO(text, newline="\n")) for text in (before, after))
    for line in difflib.unified_diff(old, new, name, name):
        click.echo(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n", nl=False)


def _described(
    finding: Finding, settings: Settings, texts: dict[Path, str], *, frames: bool
) -> Iterator[str]:
    place = f"{finding.path}:{finding.line}:{finding.column}"
    colour = "red" if finding.severity is Severity.ERROR else "yellow"
    yield f"{click.style(place, bold=True)} {click.style(finding.code, fg=colour)} {finding.message}"
    if frames:
        yield from _frame(finding, settings, texts)
    yield f"    {click.style('help:', fg='cyan')} {finding.remedy}"


def _frame(finding: Finding, settings: Settings, texts: dict[Path, str]) -> Iterator[str]:
    path = settings.root / finding.path
    try:
        text = texts[path] if path in texts else texts.setdefault(path, path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return
    line = text.split("\n")[finding.line - 1].rstrip("\r")
    end = finding.end_column if finding.end_line == finding.line else len(line) + 1
    number = str(finding.line)
    lead = "".join("\t" if letter == "\t" else " " for letter in line[: finding.column - 1])
    yield f"{' ' * len(number)} |"
    yield f"{number} | {line}"
    yield f"{' ' * len(number)} | {lead}{click.style('^' * max(end - finding.column, 1), fg='red')}"


def _summary(examined: Examined) -> str:
    findings, checked = examined.findings, f"{counted(examined.files, 'file')} checked"
    if examined.hidden:
        checked += f", {counted(examined.hidden, 'finding')} in the baseline"
    if not findings:
        return f"{checked}, nothing found."
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    counts = f"{counted(errors, 'error')} and {counted(len(findings) - errors, 'warning')}"
    where = counted(len({finding.path for finding in findings}), "file")
    return f"Found {counts} in {where} ({checked})."
