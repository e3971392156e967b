"""Other tools, to measure against: each in an environment of its own, kept in .venv-yardsticks/.

They are no dependencies of the project. A benchmark whose yardstick can't be had is skipped, with the reason.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

_FOLDER = Path(__file__).parents[2] / ".venv-yardsticks"


class _Yardstick(NamedTuple):
    """requirements: with their versions. python: the oldest that they run on."""

    requirements: tuple[str, ...]
    python: tuple[int, int] = (3, 11)


_YARDSTICKS = {
    "squawk": _Yardstick(("squawk-cli==2.70.0",)),
    "sqlfluff": _Yardstick(("sqlfluff==4.5.0",)),
    "pgrubic": _Yardstick(("pgrubic==4.1.0",), python=(3, 12)),
    "migra": _Yardstick(
        ("migra==3.0.1663481299", "sqlalchemy<2", "psycopg2-binary==2.9.13", "setuptools<81")
    ),
    "results": _Yardstick(("results==2.0.1789346060",)),
    "confiture": _Yardstick(("fraiseql-confiture==1.29.0",)),
    "alembic_utils": _Yardstick(("alembic_utils==0.8.8", "psycopg2-binary==2.9.13")),
}
_OF_NODE = {"pgdelta": "@supabase/pg-delta@1.0.0-alpha.34"}


def yardstick(name: str, program: str | None = None) -> Path:
    """Return a program of a yardstick, the one with its name unless another is named."""
    wanted = _YARDSTICKS[name]
    python = _python(wanted.python)
    if python is None:
        needed = ".".join(map(str, wanted.python))
        pytest.skip(f"{name} needs Python {needed} or newer; put one on PATH.")
    folder = _FOLDER / name
    stamp, content = folder / "made", repr((python, wanted))
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != content:
        shutil.rmtree(folder, ignore_errors=True)
        _run(name, python, "-m", "venv", folder)
        installing = ("-m", "pip", "install", "--quiet", "--only-binary", ":all:", *wanted.requirements)
        _run(name, folder / "bin/python", *installing)
        stamp.write_text(content, encoding="utf-8")
    return folder / "bin" / (program or name)


def yardstick_of_node(name: str) -> Path:
    """Return a program of a yardstick that runs on Node.js."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"{name} needs npm on PATH.")
    folder = _FOLDER / name
    program = folder / "node_modules/.bin" / name
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _run(name, npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, _OF_NODE[name])
    return program


def _run(name: str, *command: object) -> None:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{name} can't be installed: {done.stderr.strip().splitlines()[-1]}")


def _python(oldest: tuple[int, int]) -> str | None:
    """Return a Python that is new enough: this one, or one of PATH or of pyenv."""
    if sys.version_info >= oldest:
        return sys.executable
    names = [f"python{oldest[0]}.{minor}" for minor in range(oldest[1], oldest[1] + 3)]
    found = [shutil.which(name) for name in names]
    found += sorted(
        str(path) for name in names for path in (Path.home() / ".pyenv/versions").glob(f"*/bin/{name}")
    )
    return next((path for path in found if path and _works(path)), None)


def _works(python: str) -> bool:
    """Return whether this is a Python, and not the shim of one that is not there."""
    return subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0
