"""What the toolkit's care costs on top of Alembic: with nothing to do, and for long histories."""

import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import URL

from toolkit.server.dev import DevCluster

ROOT = Path(__file__).parents[2]
BINDIR = Path(sys.executable).parent
DATABASE = "history"
PYPROJECT = """
[tool.toolkit]
owner = "history_owner"
[tool.toolkit.roles]
read = "history_read"
command = "history_command"
maintain = "history_maintain"
"""
REVISION = """
from toolkit.migrate.files import sql_files
revision = "r{0:04}"
down_revision = {1}
branch_labels = None
depends_on = None
format_version = 1
transactional = True
phase = "expand"
upgrade, downgrade = sql_files(__file__)
"""
STATEMENT = "CREATE TABLE tb_{0:04} (id int)"
STOCK_ENVIRONMENT = """
import os
from alembic import context
from sqlalchemy import create_engine, pool
with create_engine(os.environ["SQLALCHEMY_URL"], poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
STOCK_REVISION = """
from alembic import op
revision = "r{0:04}"
down_revision = {1}
branch_labels = None
depends_on = None
def upgrade():
    op.execute("{2}")
def downgrade():
    pass
"""
pytestmark = pytest.mark.benchmark


@pytest.fixture
def cluster(monkeypatch) -> Iterator[DevCluster]:
    """Return a dev cluster with a state directory of its own, durable as any."""
    # Not pytest's own folder: the server's account has to pass through it.
    folder = Path(tempfile.mkdtemp(prefix="toolkit-bench-"))
    folder.chmod(0o755)
    monkeypatch.setenv("TOOLKIT_STATE_DIR", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    cluster = DevCluster(ROOT)
    cluster.start()
    yield cluster
    cluster.reset()
    shutil.rmtree(folder)


def call(*command: object, cwd: Path = ROOT, **environment: str) -> None:
    subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


def write_histories(folder: Path, length: int) -> tuple[Path, Path]:
    """Write one history twice, and return the folders: as the toolkit wants it, and for stock Alembic."""
    ours, stock = folder / f"ours-{length}", folder / f"stock-{length}"
    for project in (ours, stock):
        (project / "migrations/versions").mkdir(parents=True)
        shutil.copy(ROOT / "alembic.ini", project)
    (ours / "pyproject.toml").write_text(PYPROJECT)
    shutil.copy(ROOT / "migrations/env.py", ours / "migrations")
    (stock / "migrations/env.py").write_text(STOCK_ENVIRONMENT)
    for number in range(1, length + 1):
        parent = repr(f"r{number - 1:04}") if number > 1 else "None"
        statement = STATEMENT.format(number)
        file = ours / f"migrations/versions/r{number:04}_table.py"
        file.write_text(REVISION.format(number, parent))
        file.with_suffix(".up.sql").write_text(f"{statement};\n")
        file.with_suffix(".down.sql").write_text(f"DROP TABLE tb_{number:04};\n")
        copy = stock / "migrations/versions" / file.name
        copy.write_text(STOCK_REVISION.format(number, parent, statement))
    return ours, stock


class Deployer:
    """Applies histories to a database that is made anew each time."""

    def __init__(self, cluster: DevCluster) -> None:
        self._administrator = cluster.conninfo("postgres")
        self._conninfo = make_conninfo(self._administrator, dbname=DATABASE)
        parts = conninfo_to_dict(self._conninfo)
        query = {name: str(parts[name]) for name in ("host", "port") if name in parts}
        self._url = URL.create(
            "postgresql+psycopg", username=str(parts["user"]), database=DATABASE, query=query
        ).render_as_string()

    def clean(self) -> None:
        with psycopg.connect(self._administrator, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {DATABASE}")
            connection.execute("CHECKPOINT")

    def with_toolkit(self, project: Path) -> None:
        call(BINDIR / "toolkit", "migrate", cwd=project, DATABASE_URL=self._conninfo)

    def with_alembic(self, project: Path) -> None:
        call(sys.executable, "-m", "alembic", "upgrade", "head", cwd=project, SQLALCHEMY_URL=self._url)


def test_nothing_to_do(compare, cluster):
    migrate, current = (BINDIR / "toolkit", "migrate"), (sys.executable, "-m", "alembic", "current")
    call(*migrate)
    title = "toolkit migrate with nothing to do / alembic current"
    compare(title, lambda: call(*migrate), lambda: call(*current), bar=0.5)


def test_three_hundred_revisions(compare, cluster, tmp_path):
    ours, stock = write_histories(tmp_path, 300)
    deployer = Deployer(cluster)
    compare(
        "300 revisions by toolkit migrate / by stock Alembic",
        lambda: deployer.with_toolkit(ours),
        lambda: deployer.with_alembic(stock),
        bar=1.2,
        between=deployer.clean,
    )


def test_time_grows_with_the_length_of_the_history(report, cluster, tmp_path):
    deployer = Deployer(cluster)
    seconds = {}
    for length in (100, 300, 1000):
        ours, _ = write_histories(tmp_path, length)
        rounds = []
        for _ in range(4):  # the first one compiles the revisions
            deployer.clean()
            start = time.perf_counter()
            deployer.with_toolkit(ours)
            rounds.append(time.perf_counter() - start)
        seconds[length] = min(rounds[1:])
    slope = math.log(seconds[1000] / seconds[100]) / math.log(10)
    times = ", ".join(f"{length}: {time:.2f} s" for length, time in seconds.items())
    report(f"toolkit migrate by number of revisions: {times}; log-log slope {slope:.2f} (bar 1.0)")
