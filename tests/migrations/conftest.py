"""A small project in a folder of its own, and an empty database that it migrates."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = """
[tool.toolkit]
owner = "{prefix}_owner"
[tool.toolkit.roles]
read = "{prefix}_read"
command = "{prefix}_command"
maintain = "{prefix}_maintain"
[tool.toolkit.migrate]
lock-timeout = 0.5
"""
REVISION = '''"""{message}"""

from toolkit.migrate.files import sql_files

revision = {id!r}
down_revision = {parent!r}
branch_labels = None
depends_on = None
format_version = 1
transactional = {transactional}
phase = "expand"

upgrade, downgrade = sql_files(__file__)
'''


class Project:
    """A project's folder and its database; revisions are added and commands run as a user does."""

    def __init__(self, root: Path, database: str) -> None:
        self.root = root
        self.database = database
        self.versions = root / "migrations/versions"
        self.versions.mkdir(parents=True)
        shutil.copy(ROOT / "alembic.ini", root)
        for name in ("env.py", "script.py.mako"):
            shutil.copy(ROOT / "migrations" / name, root / "migrations")
        self.configure("shop")
        self._last: str | None = None
        self._started: list[subprocess.Popen[str]] = []

    def configure(self, prefix: str, more: str = "") -> None:
        """Write the settings; roles belong to the whole server, so a test that changes some names its own."""
        (self.root / "pyproject.toml").write_text(SETTINGS.format(prefix=prefix) + more)

    def add(
        self, name: str, up: str, down: str = "", *, transactional: bool = True, after: str | None = None
    ) -> None:
        """Write the three files of a revision that follows the last one added, or `after`.

        Where it is not transactional, `-- toolkit: step` lines in up and down mark its steps.
        """
        revision = REVISION.format(
            message=f"The {name}.", id=name, parent=after or self._last, transactional=transactional
        )
        self._last = name
        first = "" if transactional else "-- toolkit: no-transaction\n"
        self.file(name, ".py").write_text(revision)
        self.file(name, ".up.sql").write_text(first + up)
        self.file(name, ".down.sql").write_text(first + down)

    def file(self, name: str, suffix: str) -> Path:
        return self.versions / f"{name}_revision{suffix}"

    def command(self, *command: str, database: str | None = None, **environment: str):
        """Return the arguments for subprocess that run `toolkit …` or `alembic …` in the project."""
        bindir = Path(sys.executable).parent
        return {
            "args": [sys.executable, "-m", "alembic", *command[1:]]
            if command[0] == "alembic"
            else [str(bindir / command[0]), *command[1:]],
            "cwd": self.root,
            "env": {**os.environ, "DATABASE_URL": database or self.database, **environment},
            "text": True,
        }

    def run(self, *command: str, database: str | None = None, **environment: str):
        """Run `toolkit …` or `alembic …` to its end, on the project's database or another."""
        return subprocess.run(
            **self.command(*command, database=database, **environment), capture_output=True, check=False
        )

    def start(self, *command: str, **environment: str):
        """Begin a command; a process that still runs when the test ends is killed."""
        process = subprocess.Popen(
            **self.command(*command, **environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._started.append(process)
        return process

    def until(self, condition: str) -> None:
        """Wait until the server says that an SQL condition is true."""
        deadline = time.monotonic() + 20
        with psycopg.connect(self.database, autocommit=True) as connection:
            while connection.execute(f"SELECT {condition}").fetchone() != (True,):
                assert time.monotonic() < deadline, f"waited too long until {condition}"
                time.sleep(0.01)

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.communicate()

    def done(self, *command: str, **options: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        finished = self.run(*command, **options)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def sql(self, statement: str, *values: object):
        """Run a statement as the administrator, and return its rows."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def heads(self) -> list[str]:
        return [row[0] for row in self.sql("SELECT version_num FROM alembic_version ORDER BY 1")]


@pytest.fixture
def project(tmp_path, empty_database) -> Iterator[Project]:
    project = Project(tmp_path, empty_database)
    yield project
    project.end()
