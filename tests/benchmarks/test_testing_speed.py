"""What the pytest plugin costs, how fast its databases are, and what `toolkit check` takes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.benchmarks.large_project import write_project
from tests.db.sample import UP, write_sample
from toolkit.checks.history import check_step
from toolkit.checks.project import Project, open_project
from toolkit.checks.run import CHECKS, applicable, run_check
from toolkit.core.settings import load_settings

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.benchmark
# Writes what a test takes on average, fixtures and reports included, but for the first: it starts the server.
CONFTEST = """
import time
from pathlib import Path

finished = []


def pytest_runtest_logfinish():
    finished.append(time.perf_counter())


def pytest_sessionfinish():
    if len(finished) > 1:
        Path("each").write_text(str((finished[-1] - finished[0]) / (len(finished) - 1)))
"""
HEAD = """
import psycopg
import pytest

pytestmark = pytest.mark.parametrize("number", range({count}))
CALL = "SELECT fn_add_book('a')"
"""
EMPTY = """
def test_nothing(number):
    pass
"""
SHARED = """
def test_shared(database, number):
    pass
"""
FRESH = """
def test_fresh(fresh_database, number):
    with psycopg.connect(fresh_database) as connection:
        connection.execute(CALL)
"""
YARDSTICK = """
from pathlib import Path

from pytest_postgresql import factories

server = factories.postgresql_noproc(host={host!r}, port={port}, user={user!r}, load=[Path("migrated.sql")])
client = factories.postgresql("server")


def test_fresh(client, number):
    client.execute(CALL)
    client.commit()
"""


@pytest.fixture
def project(tmp_path) -> Path:
    write_sample(tmp_path)
    (tmp_path / "migrated.sql").write_text((tmp_path / UP).read_text())
    (tmp_path / "conftest.py").write_text(CONFTEST)
    return tmp_path


class Stopwatch:
    """Adds up what the runs say that their tests take; a clock for `compare`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._spent = 0.0

    def __call__(self) -> float:
        return self._spent

    def runs(self, name: str, text: str, count: int) -> Callable[[], None]:
        """Return what runs the tests of a file in a process of its own."""
        file = self._root / f"test_{name}.py"
        file.write_text(HEAD.format(count=count) + text)

        def run() -> None:
            run_pytest(self._root, file.name)
            self._spent += float((self._root / "each").read_text())

        return run


def run_pytest(root: Path, *arguments: str, **environment: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        command, cwd=root, env=inherited | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 5), done.stdout  # 5: no tests


def test_database_of_its_own(project, scratch, compare):
    with psycopg.connect(scratch.create()) as connection:
        server = {"host": connection.info.host, "port": connection.info.port, "user": connection.info.user}
    watch = Stopwatch(project)
    compare(
        "a test with fresh_database, against pytest-postgresql's noproc on the same server",
        watch.runs("fresh", FRESH, 200),
        watch.runs("yardstick", YARDSTICK.format(**server), 200),
        bar=1 / 3,
        rounds=5,
        clock=watch,
    )


def test_shared_database(project, scratch, compare):
    watch = Stopwatch(project)
    compare(
        "a test with database, against one without any",
        watch.runs("shared", SHARED, 500),
        watch.runs("empty", EMPTY, 500),
        bar=3,
        rounds=10,
        clock=watch,
    )


def test_suite_that_needs_nothing_of_it(tmp_path, compare):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    compare(
        "an empty suite with the plugin, against pytest alone",
        lambda: run_pytest(tmp_path, "-p", "toolkit.testing.plugin", **alone),
        lambda: run_pytest(tmp_path, **alone),
        bar=1.3,
    )


@pytest.mark.parametrize("objects", ["reference package", "1,000 objects"])
def test_check(objects, tmp_path, scratch, report):
    """Of the large project one revision only is taken up and down: there are 136."""
    root = ROOT
    if objects == "1,000 objects":
        root = tmp_path
        write_project(root, 45)
        (root / "alembic.ini").write_text((ROOT / "alembic.ini").read_text())
        (root / "migrations/env.py").write_text((ROOT / "migrations/env.py").read_text())
    lines = []
    for state in ("cold", "warm"):
        with open_project(load_settings(root), lambda _: None) as project:
            split = dict(_split(project, whole=root == ROOT))
        listed = ", ".join(f"{name} {taken:.2f}" for name, taken in split.items())
        lines.append(f"{state} {sum(split.values()):.2f} s ({listed})")
    report(f"toolkit check, {objects}: {'; '.join(lines)}")


def _split(project: Project, *, whole: bool) -> Iterator[tuple[str, float]]:
    for name in applicable(project):
        begin = time.perf_counter()
        if name == "stairway" and not whole:
            check_step(project, project.revisions.order[-1])
        else:
            run_check(project, CHECKS[name])
        yield name, time.perf_counter() - begin
