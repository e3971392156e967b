"""`toolkit init`: writes a new project that migrates and tests green at once."""

import json
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import click

from toolkit import __version__
from toolkit.errors import ProjectExists, ProjectNotWritten

_FIRST = "20260101000000_notes"
# What is written -> the template. Templates of Python files end in .txt: no tool is to take them for ours.
_FILES = {
    "pyproject.toml": "pyproject.toml",
    "Makefile": "Makefile",
    "README.md": "README.md",
    ".gitignore": "gitignore",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
    ".github/workflows/check.yml": "check.yml",
    "alembic.ini": "alembic.ini",
    "migrations/env.py": "env.py.txt",
    "migrations/script.py.mako": "script.py.mako",
    f"migrations/versions/{_FIRST}.py": "first.py.txt",
    f"migrations/versions/{_FIRST}.up.sql": "first.up.sql",
    f"migrations/versions/{_FIRST}.down.sql": "first.down.sql",
    "sql/roles.sql": "roles.sql",
    "sql/errors.toml": "errors.toml",
    "sql/tables/tb_note.sql": "tb_note.sql",
    "sql/views/v_note.sql": "v_note.sql",
    "sql/functions/fn_create_note.sql": "fn_create_note.sql",
    "sql/functions/fn_change_note.sql": "fn_change_note.sql",
    "sql/contract/v_note.contract": "v_note.contract",
    "sql/contract/fn_create_note.contract": "fn_create_note.contract",
    "sql/contract/fn_change_note.contract": "fn_change_note.contract",
    "tests/test_notes.py": "test_notes.py.txt",
}


@click.command("init", epilog="Examples: toolkit init; toolkit init shop")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".")
def command(folder: Path) -> None:
    """Write a new project into FOLDER: a small database, its history, a Makefile, hooks, a CI file.

    Nothing that is there already is changed: with any of the files in FOLDER the command refuses.
    """
    texts = {name: _template(template) for name, template in _FILES.items()}
    requirement, place = _requirement()
    texts["requirements.txt"] = _template("requirements.txt") + requirement + "\n"
    there = sorted(name for name in texts if (folder / name).exists())
    if there:
        raise ProjectExists(
            f"{folder / there[0]} is there already{f', and {len(there) - 1} more' if there[1:] else ''}.",
            remedy="Name an empty folder, or remove what is in the way.",
        )
    _write({folder / name: text for name, text in texts.items()})
    where = "" if folder == Path() else f"cd {folder}; "
    click.echo(f"{len(texts)} files written. Go on with: {where}make migrate; make test")
    if place is not None:
        click.echo(
            f"requirements.txt takes cqrs-toolkit from {place}, as it was installed here. "
            "Before other machines use it, name a place there that they reach."
        )


def _requirement() -> tuple[str, Path | None]:
    """Return what pip is to install, and the place on this machine that it comes from.

    It is where this package was installed from, which installers note (PEP 610) unless it was an index: there
    need not be an index that has it. A place that is gone is of no use.
    """
    pinned = f"cqrs-toolkit[all]=={__version__}"
    try:
        noted = metadata.distribution("cqrs-toolkit").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return pinned, None
    origin = json.loads(noted or "{}")
    url = origin.get("url", "")
    if control := origin.get("vcs_info"):
        return f"cqrs-toolkit[all] @ {control['vcs']}+{url}@{control['commit_id']}", None
    if not url.startswith("file:"):
        return (f"cqrs-toolkit[all] @ {url}" if url else pinned), None
    place = Path(url2pathname(urlsplit(url).path))
    if not place.exists():
        return pinned, None
    if origin.get("dir_info", {}).get("editable"):
        return f"--editable {url}[all]", place
    return f"cqrs-toolkit[all] @ {url}", place


def _write(texts: dict[Path, str]) -> None:
    """Write all files, or none."""
    written: list[Path] = []
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            written.append(path)
            path.write_text(text, encoding="utf-8")
        written.clear()
    except OSError as error:
        raise ProjectNotWritten(f"{error.filename or path} can't be written: {error.strerror}.") from error
    finally:
        for path in written:
            path.unlink(missing_ok=True)


def _template(name: str) -> str:
    return (files("toolkit.cli") / "templates" / name).read_text(encoding="utf-8")
