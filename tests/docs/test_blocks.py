"""Every code block in README.md and docs/ runs, page by page, in a project of the page's own."""

import ast
import asyncio
import configparser
import contextlib
import inspect
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml
from alembic.command import upgrade
from alembic.config import Config

from tests.docs.blocks import PAGES, ROOT, Block, is_empty_project, read_blocks
from toolkit.core.settings import load_settings
from toolkit.errors import ToolkitError
from toolkit.server.binaries import find_binaries
from toolkit.source.errors_toml import read_error_codes

BIN = Path(sys.executable).parent
MOST_NOT_RUN = 12
PACKAGE = (
    *("sql", "migrations", "alembic.ini", "pyproject.toml"),
    *("Makefile", "tools", "requirements.lock", ".gitignore"),
)


class Page:
    """Runs the blocks of a page, one after the other.

    Commands run in `folder`, and stay in a folder they changed to. SQL runs in one transaction of a database
    that is the reference package at head. Python blocks share their names.
    """

    def __init__(self, folder: Path, home: Path, conninfo: str, connection: psycopg.Connection) -> None:
        self.folder, self.home = folder, home
        self.connection = connection
        self.environment = os.environ | {
            "PATH": os.pathsep.join([str(BIN), str(find_binaries().bindir), os.environ["PATH"]]),
            "HOME": str(home),
            "PRE_COMMIT_HOME": str(home / "pre-commit"),
            "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
            "VIRTUAL_ENV": sys.prefix,
            "URL": conninfo,  # where a page needs one more database
        }
        self.database = conninfo
        self.output = ""
        self.names: dict[str, object] = {"__name__": "page"}

    def run(self, block: Block) -> None:
        """Run a block; raises AssertionError or what the block raises."""
        if "not run" in block.orders:
            return
        if "file" in block.orders:
            path = self.folder / block.orders["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
            return
        handler = getattr(self, f"_{block.language}", None)
        assert handler, f"Nothing is known about blocks of {block.language!r}"
        handler(block)

    def shell(self, command: str, status: int = 0, **environment: str) -> str:
        """Run a command as a reader would, and return what it printed."""
        place = self.home / "cwd"
        script = f"trap 'pwd -P >{place}' EXIT\n{command}\n"
        done = subprocess.run(
            ["bash", "-eu", "-c", script],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == status, f"{command}\nended with {done.returncode}:\n{done.stdout}"
        self.folder = Path(place.read_text(encoding="utf-8").strip())
        return done.stdout

    def _sh(self, block: Block) -> None:
        self.output = self.shell(block.text, int(block.orders.get("status", 0)))

    def _console(self, block: Block) -> None:
        """A session: commands behind `$ `, and between them what they print."""
        status = int(block.orders.get("status", 0))
        parts = re.split(r"^\$ (.*\n)", block.text, flags=re.MULTILINE)
        commands, answers = parts[1::2], parts[2::2]
        for place, (command, answer) in enumerate(zip(commands, answers, strict=True), start=1):
            self.output = self.shell(command, status if place == len(commands) else 0)
            self._expect(answer)

    def _text(self, block: Block) -> None:
        self._expect(block.text)

    def _expect(self, expected: str) -> None:
        """Find the lines in the output, in their order; numbers and what stands for `…` may differ."""
        printed = iter(map(_plain, self.output.splitlines()))
        for line in filter(None, map(_plain, expected.splitlines())):
            pattern = re.compile(".*".join(map(re.escape, line.split("…"))) + "$")
            assert any(map(pattern.match, printed)), f"{line!r} is not in what was printed:\n{self.output}"

    def _sql(self, block: Block) -> None:
        with self.connection.transaction():
            text = re.sub(r"^(BEGIN|COMMIT);$", "", block.text, flags=re.MULTILINE)
            if re.search(r"\$\d", text):  # what a driver would send
                text = f"PREPARE page AS {text}; DEALLOCATE page"
            cursor = self.connection.execute(text)
            while cursor.nextset():
                pass
            if cursor.description:
                self.output = "\n".join(" | ".join(map(str, row)) for row in cursor)

    def _plpgsql(self, block: Block) -> None:
        """Statements of a function's body: the server reads them."""
        with self.connection.transaction():
            body = f"$page$BEGIN {block.text} END$page$"
            self.connection.execute(f"CREATE FUNCTION pg_temp.f() RETURNS void LANGUAGE plpgsql AS {body}")

    def _python(self, block: Block) -> None:
        code = compile(block.text, "page", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.chdir(self.folder):
            if code.co_flags & inspect.CO_COROUTINE:
                asyncio.run(eval(code, self.names))
            else:
                exec(code, self.names)
        self.output = printed.getvalue()

    def _toml(self, block: Block) -> None:
        if "[rules." in block.text:
            file = self.home / "errors.toml"
            file.write_text(block.text, encoding="utf-8")
            assert read_error_codes(file)
        else:
            (self.home / "pyproject.toml").write_text(block.text, encoding="utf-8")
            assert load_settings(self.home)

    def _crontab(self, block: Block) -> None:
        for line in block.text.splitlines():
            *times, command = line.split(maxsplit=5)
            assert all(re.fullmatch(r"[\d*/,-]+", time) for time in times)
            call = re.search(r" -c '(.*)'", command)
            assert call, line
            self.connection.execute(call[1])

    def _diff(self, block: Block) -> None:
        done = subprocess.run(
            ["git", "apply", "-"],
            cwd=self.folder,
            input=block.text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def _json(self, block: Block) -> None:
        assert json.loads(block.text)

    def _yaml(self, block: Block) -> None:
        assert yaml.safe_load(block.text)

    def _ini(self, block: Block) -> None:
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(block.text)
        assert parser.sections()

    def _mermaid(self, block: Block) -> None:
        """A drawing."""


def _plain(line: str) -> str:
    return re.sub(r"\d+", "0", " ".join(line.split()))


@pytest.fixture(scope="session")
def blog_at_head(scratch, open_major) -> str:
    """Return a template: the reference package at its head, on PostgreSQL 18."""
    with contextlib.suppress(pytest.skip.Exception):
        open_major(15)  # commands find a server that runs already
    files = [ROOT / "sql/roles.sql", *sorted((ROOT / "migrations/versions").glob("*.up.sql"))]
    key = "pages" + "".join(file.read_text(encoding="utf-8") for file in files)

    def build(conninfo: str) -> None:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DATABASE_URL", conninfo)
            upgrade(Config(ROOT / "alembic.ini"), "head")

    return scratch.template(key, build)


@pytest.fixture
def page(request, scratch, blog_at_head, tmp_path) -> Iterator[Page]:
    """Return the Page for a text; the project is the reference package under git, or empty."""
    folder, home = tmp_path / "blog", tmp_path / "home"
    home.mkdir()
    folder.mkdir()
    conninfo = scratch.clone(blog_at_head)
    with psycopg.connect(conninfo) as connection:
        page = Page(folder, home, conninfo, connection)
        page.shell(
            "git config --global user.name reader; git config --global user.email reader@example.org;"
            "git config --global init.defaultBranch main"
        )
        if not is_empty_project(request.param.read_text(encoding="utf-8")):
            copy_package(folder)
            page.shell("git init -q; git add -A; git commit -qm all")
        yield page
        connection.rollback()
    scratch.release(conninfo)
    for project in tmp_path.glob("*/pyproject.toml"):
        subprocess.run([BIN / "toolkit", "db", "stop"], cwd=project.parent, capture_output=True, check=False)


def copy_package(folder: Path) -> None:
    for name in PACKAGE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    settings = folder / "pyproject.toml"  # one server is enough for the pages: the newest
    settings.write_text(re.sub("postgresql = 15", "postgresql = 18", settings.read_text(encoding="utf-8")))
    (folder / ".venv").mkdir()  # as `make` leaves it
    (folder / ".venv/bin").symlink_to(BIN)
    (folder / ".venv/.installed").write_text(f"{folder}\n", encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)), indirect=True)
def test_blocks_of_page_run(page, request, monkeypatch):
    path = request.node.callspec.params["page"]
    monkeypatch.setenv("DATABASE_URL", page.database)  # for Python; commands have the project's own target
    monkeypatch.syspath_prepend(page.folder)
    for block in read_blocks(path.read_text(encoding="utf-8")):
        try:
            page.run(block)
        except BaseException as error:
            error.add_note(f"{path.relative_to(ROOT)}:{block.line}")
            raise


def test_few_blocks_are_not_run():
    blocks = [block for page in PAGES for block in read_blocks(page.read_text(encoding="utf-8"))]
    left = [block for block in blocks if "not run" in block.orders]
    assert len(left) <= MOST_NOT_RUN
    assert len(blocks) > 10 * len(left)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Text\n\n    make\n", "fence the block"),
        ("```\nmake\n```\n", "say what the block is"),
        ("<!-- status: 1 -->\n\nText\n", "not right above a block"),
    ],
)
def test_blocks_that_could_be_overlooked_are_refused(text, said):
    with pytest.raises(AssertionError, match=said):
        list(read_blocks(text))


@pytest.mark.parametrize("page", [ROOT / "docs/conventions.md"], ids=["page"], indirect=True)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```sh\nfalse\n```", "ended with 1"),
        ("<!-- status: 1 -->\n```sh\ntrue\n```", "ended with 0"),
        ("```sh\necho one\n```\n```text\ntwo\n```", "'two' is not in what was printed"),
        ("```console\n$ echo one\ntwo\n```", "'two' is not in what was printed"),
        ("```sql\nSELECT data FROM v_post_details\n```", "v_post_details"),
        ("```python\nraise ValueError(3)\n```", "3"),
        ("```toml\n[tool.toolkit]\nsgl = 'sql'\n```", "sgl"),
        ("```toml\n[rules.rule_post_owner]\n```", "code"),
        ("```json\n{]\n```", "Expecting"),
        ("```basic\n10 PRINT\n```", "Nothing is known"),
    ],
)
def test_blocks_that_do_not_work_are_found(page, text, said):
    *before, last = read_blocks(text)
    for block in before:
        page.run(block)
    with pytest.raises((AssertionError, psycopg.Error, ToolkitError, ValueError), match=said):
        page.run(last)
