"""From no server at all to a migrated database, against initdb, pg_ctl start and psql -f of the same SQL."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolkit.server.account import server_account
from toolkit.server.binaries import find_binaries, reachable
from toolkit.server.datadir import child_environment

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.benchmark


class Yardstick:
    """What a person would type: initdb, pg_ctl start, psql."""

    def __init__(self, folder: Path) -> None:
        self.account = server_account()
        self.folder = folder / "yardstick"
        self.folder.mkdir()
        os.chown(self.folder, self.account.uid, self.account.gid)
        self.bindir = reachable(find_binaries(), self.account).bindir
        self.data = self.folder / "data"
        self.script = self.folder / "all.sql"
        texts = [(ROOT / "sql/roles.sql").read_text(encoding="utf-8"), "SET ROLE cqrs_owner;\n"]
        texts += [
            file.read_text(encoding="utf-8") for file in sorted(ROOT.glob("migrations/versions/*.up.sql"))
        ]
        self.script.write_text("\n".join(texts), encoding="utf-8")

    def run(self) -> None:
        self._child(
            "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"
        )
        options = f"-k {self.folder} -c listen_addresses=''"
        self._child("pg_ctl", "start", "-w", "-D", self.data, "-l", self.folder / "log", "-o", options)
        self._child("createdb", "-h", self.folder, "-U", "postgres", "app")
        psql = ("-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "postgres", "-d", "app")
        self._child("psql", *psql, "-f", self.script)

    def clean(self) -> None:
        if self.data.exists():
            self._child("pg_ctl", "stop", "-m", "immediate", "-D", self.data)
            shutil.rmtree(self.data)

    def _child(self, program: str, *arguments: object) -> None:
        command = [str(self.bindir / program), *map(str, arguments)]
        options = {"env": child_environment(), "cwd": self.folder, **self.account.popen_options()}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's own: the server's account has to pass through it.
    path = Path(tempfile.mkdtemp(prefix="toolkit-bench-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def toolkit(folder, monkeypatch):
    """Return a function that runs `toolkit ARGS` with a state directory of its own."""
    monkeypatch.setenv("TOOLKIT_STATE_DIR", str(folder / "state"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    program = Path(sys.executable).with_name("toolkit")

    def run(*arguments: str) -> None:
        subprocess.run([program, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    yield run
    run("db", "stop")


def test_cold_start_without_a_cached_initdb(compare, folder, toolkit):
    yardstick = Yardstick(folder)

    def clean() -> None:
        if (folder / "state").exists():
            toolkit("db", "reset", "--yes")
            shutil.rmtree(folder / "state")
        yardstick.clean()

    title = "from nothing to migrated / initdb + pg_ctl start + psql -f"
    compare(title, lambda: toolkit("migrate"), yardstick.run, bar=1.3, between=clean)
    clean()


def test_cold_start_with_a_cached_initdb(compare, folder, toolkit):
    yardstick = Yardstick(folder)

    def clean() -> None:
        toolkit("db", "reset", "--yes")
        yardstick.clean()

    title = "with the cached initdb / initdb + pg_ctl start + psql -f"
    compare(title, lambda: toolkit("migrate"), yardstick.run, bar=0.9, between=clean)
    clean()
