"""The hook for other repositories, under the real pre-commit."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRE_COMMIT = Path(sys.executable).with_name("pre-commit")
PACKAGE = ("toolkit", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
CONFIG = "repos:\n- repo: {}\n  rev: {}\n  hooks:\n  - id: toolkit-lint\n"
GOOD = "CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id) AS data FROM tb_post;\n"


def git(folder, *arguments: str):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of somebody else, whose hook comes from a copy of this one as it is now."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        git(folder, "init", "--quiet")
    for name in PACKAGE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, ours / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, ours / name)
    git(ours, "add", "--all")
    git(ours, "commit", "--quiet", "--message", "all")
    config = CONFIG.format(ours, git(ours, "rev-parse", "HEAD"))
    (theirs / ".pre-commit-config.yaml").write_text(config)
    return theirs


def test_the_hook_lints_what_is_committed(repository):
    def run():
        git(repository, "add", "--all")
        return subprocess.run(
            [PRE_COMMIT, "run"], cwd=repository, capture_output=True, text=True, check=False, timeout=300
        )

    (repository / "good.sql").write_text(GOOD)
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    (repository / "bad.sql").write_text(GOOD.replace("'id', id", "'id'").replace("v_post", "v_a"))
    done = run()
    assert done.returncode == 1
    assert "bad.sql:1:31 J03 jsonb_build_object has 1 arguments" in done.stdout
    assert "good.sql" not in done.stdout
