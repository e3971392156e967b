"""`toolkit codegen`: code for services, made from the committed contract."""

import sys
from pathlib import Path

import click

from toolkit.checks.generated import generated_files, outdated, unlike_sql, write_generated
from toolkit.cli._output import FORMAT, print_json, said
from toolkit.core.settings import find_root, load_settings
from toolkit.core.words import counted

_OUT = click.option(
    "--out", type=click.Path(file_okay=False), callback=said, help="Folder; the setting's where left out."
)
_CHECK = click.option("--check", is_flag=True, help="Write nothing; say what is not current.")


@click.group("codegen", epilog="Example: toolkit codegen python --out blog_db")
def command() -> None:
    """Write typed code from the contract under sql/contract/.

    The same contract makes the same files. Files that were made for what the contract no longer has are
    removed; others in the folder are not touched. The folders can be set in [tool.toolkit.codegen]; `toolkit
    check` looks at them then.
    """


@command.command(
    "python", epilog="Examples: toolkit codegen python --out blog_db; toolkit codegen python --check"
)
@_OUT
@_CHECK
@FORMAT
def python(out: str | None, form: str, *, check: bool) -> None:
    """Write a Python package: typed commands, queries and documents, and an error class for each code.

    Its functions take a toolkit.client.Database or AsyncDatabase. The folder is the package: its name must be
    one that Python can import. Exit status: 0 written or current, 1 not current (with --check), 2 usage or
    environment.
    """
    _make("python", out, form, check=check)


@command.command("json-schema", epilog="Example: toolkit codegen json-schema --out schemas")
@_OUT
@_CHECK
@FORMAT
def json_schema(out: str | None, form: str, *, check: bool) -> None:
    """Write a JSON Schema (draft 2020-12) for the documents of each read model.

    A document may have keys beside those listed: to add one is a change that breaks nobody.

    Exit status: 0 written or current, 1 not current (with --check), 2 usage or environment.
    """
    _make("json-schema", out, form, check=check)


def _make(kind: str, out: str | None, form: str, *, check: bool) -> None:
    settings = load_settings(find_root(Path.cwd()))
    folder = Path(out) if out is not None else settings.codegen.folder(kind)
    if folder is None:
        raise click.UsageError(
            f"Say where: --out FOLDER, or set tool.toolkit.codegen.{kind} in pyproject.toml."
        )
    files = generated_files(settings, kind)
    if note := unlike_sql(settings):
        click.echo(f"{click.style('note:', fg='cyan')} {note}", err=True)
    if check:
        _tell(outdated(folder, kind, files), kind, form)
    written = write_generated(folder, kind, files)
    if form == "json":
        print_json([str(path) for path in written])
        return
    for path in written:
        click.echo(f"{'' if path.exists() else 'removed '}{path}")
    click.echo(f"{counted(len(written), 'file', none='No')} changed.")


def _tell(wrong: dict[Path, str], kind: str, form: str) -> None:
    """Say what is not current, and exit."""
    if form == "json":
        print_json([{"path": str(path), "message": message} for path, message in wrong.items()])
    else:
        for path, message in wrong.items():
            click.echo(f"{click.style(str(path), bold=True)} {message}")
        click.echo(f"Run `toolkit codegen {kind}`." if wrong else "All files are current.")
    sys.exit(1 if wrong else 0)
