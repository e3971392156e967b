"""`toolkit lint`: checks SQL files against the lint rules."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from toolkit.cli._findings import FORMATS, print_diff, print_findings, print_fixable, print_fixed
from toolkit.cli._output import ticker
from toolkit.core.settings import Settings, find_root, load_settings
from toolkit.core.words import counted
from toolkit.errors import LintUsage, ProjectMissing
from toolkit.lint.examine import Examiner, Input, Progress, Sheet
from toolkit.lint.files import Layout, find_files
from toolkit.lint.run import Examined, lint_files
from toolkit.lint.selection import Selection, select
from toolkit.source.statements import decode, plain

if TYPE_CHECKING:
    from toolkit.lint.cache import Cache


@click.command(
    "lint",
    epilog="Examples: toolkit lint; toolkit lint sql/views --select J,N01; toolkit lint --diff sql; "
    "toolkit lint --fix sql; toolkit lint - --stdin-filename sql/views/v_post.sql",
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--select", "chosen", help="Codes and families of rules to run, `default` and `all` among them."
)
@click.option("--ignore", "ignored", default="", help="Codes and families of rules not to run.")
@click.option("--format", "form", type=FORMATS, default="text", help="How to print.")
@click.option("--stdin-filename", metavar="PATH", help="What file the text from standard input is to be.")
@click.option("--all", "history", is_flag=True, help="Show findings of revisions before since-revision too.")
@click.option("--fix", is_flag=True, help="Fix what can be without changing an identity or a contract.")
@click.option("--unsafe-fixes", "unsafe", is_flag=True, help="Fix the rest too, with --fix or --diff.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing.")
@click.option("--no-cache", is_flag=True, help="Look at every file anew, and keep nothing for the next time.")
@click.option("--update-baseline", "update", is_flag=True, help="Write what is found into the baseline.")
def command(
    paths: tuple[str, ...],
    chosen: str | None,
    ignored: str,
    form: str,
    stdin_filename: str | None,
    *,
    history: bool,
    fix: bool,
    unsafe: bool,
    diff: bool,
    no_cache: bool,
    update: bool,
) -> None:
    """Check SQL files against the lint rules; `-` reads standard input.

    Without PATHS: the folders of artifacts and of migrations. `toolkit rule` explains the rules. --fix never
    changes a migration; with `-` it prints the fixed text, and the findings on standard error.
    Exit status: 0 nothing found or left, 1 findings or a difference, 2 usage or environment.
    """
    if unsafe and not (fix or diff):
        raise LintUsage("--unsafe-fixes goes with --fix or --diff.", remedy="Add one of them.")
    if diff and form != "text":
        raise LintUsage("--diff prints no findings.", remedy="Leave --format out.")
    if update and (fix or diff or paths == ("-",)):
        raise LintUsage("--update-baseline goes with files, and without --fix.", remedy="Run it by itself.")
    settings = _settings()
    selection = select(settings, _words(chosen), _words(ignored))
    texts = {}
    if paths == ("-",):
        path = Path.cwd() / (stdin_filename or "stdin.sql")
        texts[path] = decode(sys.stdin.buffer.read(), path)
        files = [path]
    else:
        if stdin_filename:
            raise LintUsage("--stdin-filename goes with `-` alone.", remedy="Name the file, or give `-`.")
        files = list(find_files(_given(paths, settings), settings))
    run = _Run(files, texts, settings, selection, history, cached=not no_cache)
    if update:
        _update_baseline(run)
    elif fix or diff:
        _fix(run, form, unsafe=unsafe, diff=diff)
    else:
        _show(run, form)


class _Run(NamedTuple):
    """What one call of the command is about; texts: from standard input, as it came."""

    files: list[Path]
    texts: dict[Path, str]
    settings: Settings
    selection: Selection
    history: bool
    cached: bool

    def lint(self, texts: Mapping[Path, str]) -> Examined:
        """Return all that is found; texts: what some files are to hold, as they are linted."""
        with ticker("reading file") as progress:
            return lint_files(
                self.files,
                self.settings,
                self.selection,
                texts,
                history=self.history,
                progress=progress,
                examine=_examine,
                open_cache=self._open_cache if self.cached else None,
            )

    def _open_cache(self, context: str) -> "Cache":
        from toolkit.lint.cache import cache_of

        return cache_of(self.settings)(context)

    def hide_known(self, examined: Examined, texts: Mapping[Path, str]) -> Examined:
        """Return what was found without what the baseline knows."""
        if self.settings.lint.baseline is None:
            return examined
        from toolkit.lint.baseline import hide_known

        return hide_known(examined, self.selection, self.settings, texts)


def _examine(examiner: Examiner, inputs: Sequence[Input], progress: Progress) -> list[Sheet]:
    from toolkit.lint.workers import examine_all

    return examine_all(examiner, inputs, progress)


def _show(run: _Run, form: str) -> None:
    texts = {path: plain(text) for path, text in run.texts.items()}
    examined = run.hide_known(run.lint(texts), texts)
    print_findings(examined, run.selection, form, run.settings, texts)
    if form == "text":
        print_fixable(examined)
    sys.exit(1 if examined.findings else 0)


def _fix(run: _Run, form: str, *, unsafe: bool, diff: bool) -> None:
    from toolkit.lint.fixes import mend, replace_file

    piped, layout = bool(run.texts), Layout(run.settings)
    result = mend(run.lint, run.hide_known, run.settings, run.texts, unsafe=unsafe, write=not (piped or diff))
    for path, text in result.texts.items():
        if diff:
            print_diff(layout.name(path), result.before[path], text)
        elif not piped:
            replace_file(path, text)
    if piped and not diff:
        for path, text in run.texts.items():
            click.echo(result.texts.get(path, text).encode(), nl=False)
    for path, reason in result.left.items():
        click.echo(f"{layout.name(path)} is left as it is: {reason}.", err=True)
    examined = result.examined
    if not diff:
        texts = {path: plain(text) for path, text in (run.texts | result.texts).items()}
        print_findings(examined, run.selection, form, run.settings, texts, to_stderr=piped)
    if form == "text":
        print_fixed(result.fixed, examined, unsafe=unsafe, would=diff, to_stderr=piped or diff)
    sys.exit(1 if (result.texts if diff else examined.findings) else 0)


def _update_baseline(run: _Run) -> None:
    from toolkit.lint.baseline import Entries, baseline_file, read_baseline, updated, write_baseline

    file = baseline_file(run.settings)
    if file is None:
        raise LintUsage(
            "[tool.toolkit.lint] has no baseline.", remedy='Set it, such as baseline = "lint-baseline.json".'
        )
    entries = read_baseline(file) if file.exists() else Entries()
    entries = updated(entries, run.lint({}), run.selection, run.settings)
    write_baseline(file, entries)
    click.echo(f"{file.name} has {counted(entries.total(), 'finding')} now.")


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
    if not settings.sql.is_dir():
        remedy = "Make it, set tool.toolkit.sql in pyproject.toml, or name files."
        raise LintUsage(f"There is no folder {settings.sql}.", remedy=remedy)
    return [folder for folder in (settings.sql, settings.migrations) if folder.is_dir()]


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip()) if text else ()
