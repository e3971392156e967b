"""`toolkit lint`: checks SQL files against the lint rules."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from toolkit import __version__
from toolkit.core.findings import Finding, Severity
from toolkit.core.settings import Settings, find_root, load_settings
from toolkit.errors import LintUsage, ProjectMissing
from toolkit.lint.report import as_annotations, as_objects, as_sarif
from toolkit.lint.run import Examined, find_files, lint_files
from toolkit.lint.selection import Selection, select

_FORMATS = click.Choice(["text", "json", "github", "sarif"])


@click.command("lint", epilog="Examples: toolkit lint; toolkit lint sql/views --select J,N01; toolkit lint -")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--select", "chosen", help="Codes and families of rules to run, `default` and `all` among them."
)
@click.option("--ignore", "ignored", default="", help="Codes and families of rules not to run.")
@click.option("--format", "form", type=_FORMATS, default="text", help="How to print.")
@click.option("--stdin-filename", metavar="PATH", help="What file the text from standard input is to be.")
@click.option("--all", "history", is_flag=True, help="Show findings of revisions before since-revision too.")
def command(
    paths: tuple[str, ...],
    chosen: str | None,
    ignored: str,
    form: str,
    stdin_filename: str | None,
    *,
    history: bool,
) -> None:
    """Check SQL files against the lint rules; `-` reads standard input.

    Without PATHS: the folders of artifacts and of migrations. `toolkit rule` explains the rules.
    Exit status: 0 nothing found, 1 findings, 2 usage or environment.
    """
    settings = _settings()
    selection = select(settings, _words(chosen), _words(ignored))
    if paths == ("-",):
        path = Path.cwd() / (stdin_filename or "stdin.sql")
        text = sys.stdin.buffer.read().decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
        texts = {path: text}
        examined = lint_files([path], settings, selection, texts, history=history)
    else:
        if stdin_filename:
            raise LintUsage("--stdin-filename goes with `-` alone.", remedy="Name the file, or give `-`.")
        texts = {}
        files = find_files(_given(paths, settings), settings)
        examined = lint_files(files, settings, selection, history=history)
    _print(examined, selection, form, settings, texts)
    sys.exit(1 if examined.findings else 0)


def _settings() -> Settings:
    """Return the settings of the project around; outside of one, the defaults."""
    here = Path.cwd()
    try:
        root = find_root(here)
    except ProjectMissing:
        return Settings(root=here, sql=here / "sql", migrations=here / "migrations")
    return load_settings(root)


def _given(paths: Sequence[str], settings: Settings) -> list[Path]:
    if paths:
        return [Path.cwd() / path for path in paths]
    found = [folder for folder in (settings.sql, settings.migrations) if folder.is_dir()]
    if not found:
        raise LintUsage("There are no folders of artifacts and migrations here.", remedy="Name the files.")
    return found


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip()) if text else ()


def _print(
    examined: Examined, selection: Selection, form: str, settings: Settings, texts: dict[Path, str]
) -> None:
    findings = examined.findings
    if form == "json":
        click.echo(json.dumps(as_objects(findings), indent=2))
    elif form == "sarif":
        click.echo(json.dumps(as_sarif(findings, selection.rules.values(), __version__), indent=2))
    elif form == "github":
        for line in as_annotations(findings):
            click.echo(line)
    else:
        _print_text(findings, examined.files, settings, texts)


def _print_text(findings: list[Finding], files: int, settings: Settings, texts: dict[Path, str]) -> None:
    frames = sys.stdout.isatty()
    for finding in findings:
        place = f"{finding.path}:{finding.line}:{finding.column}"
        colour = "red" if finding.severity is Severity.ERROR else "yellow"
        click.echo(
            f"{click.style(place, bold=True)} {click.style(finding.code, fg=colour)} {finding.message}"
        )
        if frames:
            _print_frame(finding, settings, texts)
        click.echo(f"    {click.style('help:', fg='cyan')} {finding.remedy}")
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if findings:
        counts = f"{_count(errors, 'error')} and {_count(len(findings) - errors, 'warning')}"
        where = _count(len({finding.path for finding in findings}), "file")
        click.echo(f"Found {counts} in {where} ({_count(files, 'file')} checked).")
    else:
        click.echo(f"{_count(files, 'file')} checked, nothing found.")


def _print_frame(finding: Finding, settings: Settings, texts: dict[Path, str]) -> None:
    path = settings.root / finding.path
    try:
        text = texts[path] if path in texts else texts.setdefault(path, path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return
    line = text.split("\n")[finding.line - 1].rstrip("\r")
    end = finding.end_column if finding.end_line == finding.line else len(line) + 1
    number = str(finding.line)
    lead = "".join("\t" if letter == "\t" else " " for letter in line[: finding.column - 1])
    click.echo(f"{' ' * len(number)} |\n{number} | {line}")
    click.echo(f"{' ' * len(number)} | {lead}{click.style('^' * max(end - finding.column, 1), fg='red')}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
