"""`toolkit db` from the outside."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.server.dev import DevCluster

ELSEWHERE = {"PGPORT": "1", "PGSERVICE": "nowhere", "PGHOSTADDR": "192.0.2.1", "PGOPTIONS": "-c no.thing"}


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.toolkit]\n")
    yield tmp_path
    cluster = DevCluster(tmp_path)
    cluster.reset()
    shutil.rmtree(cluster.directory, ignore_errors=True)


@pytest.fixture
def db(project):
    """Return db(*arguments): run `toolkit db` in the project, without a terminal."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from toolkit.cli import main; main()", "db", *arguments]
        environment = {**os.environ, "DATABASE_URL": "host=elsewhere", **ELSEWHERE}
        return subprocess.run(
            command,
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_server_is_started_shown_and_stopped(db, processes_with):
    assert json.loads(db("status", "--format", "json").stdout)["state"] == "absent"
    url = db("start").stdout.strip()
    status = json.loads(db("status", "--format", "json").stdout)
    assert set(status) == {"state", "version", "pid", "url", "directory", "log"}
    assert (status["state"], status["url"]) == ("running", url)
    assert Path(status["log"]).is_file()
    assert status["pid"] in processes_with(status["directory"])
    assert f"url        {url}" in db("status").stdout
    assert json.loads(db("url", "--format", "json").stdout) == {"url": url}
    assert db("stop").stdout == "Stopped.\n"
    assert not processes_with(status["directory"])
    assert db("stop").stdout == "It did not run.\n"
    assert json.loads(db("status", "--format", "json").stdout)["state"] == "stopped"


def test_shell_hands_its_arguments_to_psql_and_returns_its_status(db):
    shown = db("shell", "-XAtc", "SELECT current_user")
    assert (shown.stdout, shown.returncode) == ("postgres\n", 0)
    assert db("shell", "-X", "-v", "ON_ERROR_STOP=1", "-c", "SELECT no_such_column").returncode == 1


def test_reset_without_a_terminal_needs_yes(db):
    db("shell", "-Xc", "CREATE TABLE kept ()")
    refused = db("reset")
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert db("shell", "-XAtc", "SELECT to_regclass('kept')").stdout == "kept\n"
    assert db("reset", "--yes").returncode == 0
    assert db("shell", "-XAtc", "SELECT to_regclass('kept')").stdout == "\n"


def test_an_error_is_one_message_without_a_traceback(db, project, monkeypatch):
    file = project / "a file"
    file.write_text("")
    monkeypatch.setenv("TOOLKIT_STATE_DIR", str(file))
    shown = db("start")
    assert shown.returncode == 2
    assert "TOOLKIT_STATE_DIR" in shown.stderr
    assert "Traceback" not in shown.stderr
