"""The linter over a large tree against squawk, sqlfluff and pgrubic; as a hook; and whether it is linear."""

import gc
import os
import random
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.large_project import write_project
from tests.benchmarks.yardsticks import yardstick
from toolkit.core.settings import load_settings
from toolkit.lint.files import find_files
from toolkit.lint.registry import all_rules
from toolkit.lint.run import lint_files
from toolkit.lint.selection import select

ROOT = Path(__file__).parents[2]
TOOLKIT = Path(sys.executable).with_name("toolkit")
SUBJECTS = 180
# The least that a linter in Python does with this parser: its trees as values, no fact read, no rule asked.
PARSE = """
import gc, json, os, sys
import click
from pglast import parser
gc.disable()
other = os.fork()
for path in sys.argv[1 + (other > 0) :: 2]:
    with open(path, encoding="utf-8") as file:
        json.loads(parser.parse_sql_json(file.read()))
if other:
    os.waitpid(other, 0)
os._exit(0)
"""
pytestmark = pytest.mark.benchmark


def run(*command: object, cwd: Path) -> None:
    """Run a linter, which may find something, with its output away."""
    output = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    done = subprocess.run([*map(str, command)], cwd=cwd, check=False, **output)
    assert done.returncode in (0, 1), done.stderr


def children_cpu() -> float:
    """Return the seconds that processors have worked for children."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def sql_files(root: Path) -> list[Path]:
    return sorted(root.rglob("*.sql"))


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A project of more than 3,000 files."""
    root = tmp_path_factory.mktemp("tree")
    write_project(root, SUBJECTS)
    assert len(sql_files(root)) > 3000
    return root


@pytest.fixture
def two_cores():
    """Let children run on two cores."""
    before = os.sched_getaffinity(0)
    if len(before) < 2:
        pytest.skip("There is one core.")
    os.sched_setaffinity(0, sorted(before)[:2])
    yield
    os.sched_setaffinity(0, before)


@pytest.fixture
def no_garbage():
    """Do without the collector, as the command does."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(
    ("what", "options", "bar"),
    [
        ("with bodies", ("--no-cache",), 1.5),
        (
            "without bodies",
            ("--no-cache", "--ignore", ",".join(code for code, rule in all_rules().items() if rule.bodies)),
            1.0,
        ),
        ("unchanged", (), 0.7),
    ],
)
def test_a_large_tree(compare, two_cores, tree, what, options, bar):
    squawk = yardstick("squawk")
    files = [file.relative_to(tree) for file in sql_files(tree)]
    compare(
        f"lint {len(files):,} files on two cores, {what} / squawk",
        lambda: run(TOOLKIT, "lint", "--format", "json", *options, cwd=tree),
        lambda: run(squawk, "--reporter", "json", *files, cwd=tree),
        bar=bar,
        rounds=15,
    )


def test_what_the_parser_takes_of_it(compare, two_cores, tree):
    squawk = yardstick("squawk")
    files = [file.relative_to(tree) for file in sql_files(tree)]
    compare(
        f"parse {len(files):,} files on two cores, without bodies and without a rule / squawk",
        lambda: run(sys.executable, "-c", PARSE, *files, cwd=tree),
        lambda: run(squawk, "--reporter", "json", *files, cwd=tree),
        bar=1.0,
        rounds=15,
    )


@pytest.mark.parametrize(
    ("name", "options", "times", "files"),
    [
        ("sqlfluff", ("lint", "--dialect", "postgres", "--processes", "1", "--format", "json"), 100, 30),
        ("pgrubic", ("lint",), 50, 30),
    ],
)
def test_each_file(compare, tree, tmp_path, name, options, times, files):
    program = yardstick(name)
    every = sql_files(tree)
    for number, file in enumerate(random.Random(name).sample(every, files)):
        shutil.copy(file, tmp_path / f"{number}.sql")
    compare(
        f"lint a file, in a run of {len(every):,} / {name} in a run of {files}",
        lambda: run(TOOLKIT, "lint", "--no-cache", cwd=tree),
        lambda: run(program, *options, ".", cwd=tmp_path),
        bar=1 / times,
        rounds=5,
        per=(len(every), files),
    )


def test_one_file_as_a_hook(compare):
    compare(
        "processor time of lint for one file of the reference package / import pglast, click",
        lambda: run(TOOLKIT, "lint", "sql/views/v_post_detail.sql", cwd=ROOT),
        lambda: run(sys.executable, "-c", "import pglast, click", cwd=ROOT),
        bar=1.5,
        rounds=50,
        clock=children_cpu,
    )


def test_ten_times_the_files(compare, no_garbage, tree, tmp_path):
    write_project(tmp_path, SUBJECTS // 10)

    def lint(root: Path) -> None:
        settings = load_settings(root)
        lint_files(
            find_files([settings.sql, settings.migrations], settings), settings, select(settings, ("all",))
        )

    compare("ten times the files / the files", lambda: lint(tree), lambda: lint(tmp_path), bar=11, rounds=5)


def test_ten_times_the_length(compare, no_garbage, tree, tmp_path):
    settings = load_settings(tree)
    long, longer = tmp_path / "long.sql", tmp_path / "longer.sql"
    texts = [file.read_text() for file in sql_files(settings.sql)]
    long.write_text("".join(texts[::10]), encoding="utf-8")
    longer.write_text("".join(texts), encoding="utf-8")
    times = longer.stat().st_size / long.stat().st_size

    def lint(file: Path) -> None:
        lint_files([file], settings, select(settings, ("all",)))

    title = f"a file of {longer.stat().st_size:,} bytes / one of {long.stat().st_size:,}"
    compare(title, lambda: lint(longer), lambda: lint(long), bar=1.1 * times, rounds=5)
