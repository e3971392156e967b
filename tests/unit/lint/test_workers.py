"""Many files by several processes; in programs of their own, for where threads are nothing is forked."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.large_project import write_project
from toolkit.lint.examine import LARGE

ROOT = Path(__file__).parents[3]

LINT = """
import os, signal, sys
from functools import partial
from pathlib import Path
from toolkit.core.settings import load_settings
from toolkit.lint.examine import Examiner
from toolkit.lint.files import find_files
from toolkit.lint.run import lint_files
from toolkit.lint.selection import select
from toolkit.lint.workers import examine_all

settings = load_settings(Path.cwd())
files = list(find_files([settings.sql, settings.migrations], settings))
parent, examine = os.getpid(), Examiner.examine
workers = set()

def lint(processes, **options):
    examine = partial(examine_all, processes=processes)
    return lint_files(files, settings, select(settings, ("all",)), examine=examine, **options)

def in_children(action):
    def instead(self, given):
        if os.getpid() != parent:
            action()
        return examine(self, given)
    Examiner.examine = instead

"""


def run(code, cwd):
    return subprocess.run(
        [sys.executable, "-c", LINT + code], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    root = tmp_path_factory.mktemp("large")
    write_project(root, 12)
    files = list(root.rglob("*.sql"))
    assert sum(file.stat().st_size for file in files) > LARGE
    (root / "sql/views/v_bad.sql").write_bytes(b"SELECT '\xff';")
    (root / "sql/views/v_worse.sql").write_text(
        "CREATE VIEW v_worse AS SELECT jsonb_build_object('a');\nSELECT (;"
    )
    (root / "sql/views/v_twice.sql").write_text("CREATE TABLE tb_open_invoice (id int);")
    (root / "sql/views/v_allowed.sql").write_text(
        "-- toolkit: allow J01,J02,J03 as it was\nCREATE VIEW v_allowed AS SELECT jsonb_build_object('a');"
    )
    return root


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    root = tmp_path_factory.mktemp("reference")
    for folder in ("sql", "migrations"):
        shutil.copytree(ROOT / folder, root / folder)
    (root / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    return root


def test_several_processes_find_in_the_reference_package_what_one_finds(reference):
    code = """
from toolkit.lint import run, workers
run.LARGE = workers.LARGE = 0
one, two, five = lint(1), lint(2), lint(5)
assert one == two == five
log = Path("pids")
in_children(lambda: log.open("a").write(f"{os.getpid()}\\n"))
lint(3)
print(len(one.findings) > 10, len(set(log.read_text().split())))
"""
    done = run(code, reference)
    assert (done.stdout, done.stderr) == ("True 2\n", "")


def test_several_processes_find_what_one_finds(large):
    code = """
one, two, five = lint(1), lint(2), lint(5)
assert one == two == five
assert list(one.fixes.items()) == list(five.fixes.items())
print(len(one.findings), len({finding.code for finding in one.findings}))
log = Path("pids")
in_children(lambda: log.open("a").write(f"{os.getpid()}\\n"))
lint(3)
print(len(set(log.read_text().split())))
"""
    done = run(code, large)
    assert done.stderr == ""
    (findings, codes), (children,) = (line.split() for line in done.stdout.splitlines())
    assert int(findings) > 40
    assert int(codes) >= 7
    assert children == "2"


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("lambda: os.kill(os.getpid(), signal.SIGKILL)", "ended by signal 9, and its files have not been"),
        ("lambda: 1 / 0", "ended with status 1, and its files have not been looked at"),
    ],
)
def test_a_process_that_is_lost_is_an_error(large, action, words):
    code = f"in_children({action})\nos.sched_getaffinity = lambda _: {{0, 1}}\n"
    code += "from toolkit.cli.main import run\nsys.argv = ['toolkit', 'lint', '--no-cache']\nrun()"
    done = run(code, large)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""
    left = "lint(2)\nassert False"
    assert "WorkerLost" in run(f"in_children({action})\n{left}", large).stderr


def test_progress_goes_up_to_the_number_of_files(large):
    code = "seen = []\nlint(2, progress=lambda done, of: seen.append((done, of)))\n"
    code += "assert seen == sorted(seen) and seen[0][0] == 0 and len(seen) > 3, seen\n"
    code += "assert {of for _, of in seen} == {len(files) - 1}, seen  # one can't be read\nprint('fine')"
    assert run(code, large).stdout == "fine\n"


def test_nothing_heavy_is_imported_for_a_large_tree(large):
    code = """
from toolkit.cli.main import run
sys.argv = ["toolkit", "lint"]
try: run()
except SystemExit: pass
heavy = {"sqlalchemy", "alembic", "psycopg", "rich", "msgspec", "multiprocessing"}
print(sorted(heavy & sys.modules.keys()), "toolkit.lint.workers" in sys.modules)
"""
    assert run(code, large).stdout.splitlines()[-1] == "[] True"


def test_no_child_is_left_when_the_parent_fails(large):
    code = """
def fail(done, of):
    raise ValueError
try:
    lint(3, progress=fail)
except ValueError:
    pass
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("none")
"""
    assert run(code, large).stdout == "none\n"
