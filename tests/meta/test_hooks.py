"""The hooks for other repositories and for this one, under the real pre-commit."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.db.sample import write_sample

ROOT = Path(__file__).parents[2]
PRE_COMMIT = Path(sys.executable).with_name("pre-commit")
PACKAGE = ("toolkit", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
CONFIG = "repos:\n- repo: {}\n  rev: {}\n  hooks:\n"
HOOKS = {"lint": ("toolkit-lint", "toolkit-lint-fix"), "check": ("toolkit-check",)}
# pip takes nothing from anywhere: what the hook needs beside the toolkit itself is that of this environment.
OFFLINE = {
    "PIP_NO_INDEX": "1",
    "PIP_NO_DEPS": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
    "PYTHONPATH": sysconfig.get_path("purelib"),
}
VIEW = "sql/views/v_book.sql"
GOOD = "CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id) AS data FROM tb_post;\n"


def git(folder, *arguments: str):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))


@pytest.fixture
def repository(tmp_path, request):
    """A repository of somebody else, whose hooks come from a copy of this one as it is now."""
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
    config += "".join(f"  - id: {name}\n" for name in HOOKS[request.param])
    (theirs / ".pre-commit-config.yaml").write_text(config)
    return theirs


def run_hooks(folder, *hooks: str):
    """Stage everything and run hooks, all of them where none is named; return the status and what is said."""
    git(folder, "add", "--all")
    command = [PRE_COMMIT, "run", *hooks]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("repository", ["lint"], indirect=True)
def test_the_hooks_lint_and_fix_what_is_committed(repository):
    (repository / "good.sql").write_text(GOOD)
    status, said = run_hooks(repository)
    assert status == 0, said
    (repository / "bad.sql").write_text(GOOD.replace("'id', id", "'id'").replace("v_post", "v_a"))
    status, said = run_hooks(repository, "toolkit-lint")
    assert status == 1
    assert "bad.sql:1:31 J03 jsonb_build_object has 1 argument:" in said
    assert "good.sql" not in said
    (repository / "bad.sql").write_text("-- toolkit: allow J03 nothing\r\nSELECT 1;\r\n", newline="")
    status, said = run_hooks(repository, "toolkit-lint-fix")
    assert status == 1
    assert "files were modified by this hook" in said
    assert (repository / "bad.sql").read_bytes() == b"SELECT 1;\r\n"
    assert run_hooks(repository)[0] == 0


@pytest.mark.parametrize("repository", ["check"], indirect=True)
def test_a_push_is_checked(repository, tmp_path, monkeypatch):
    for name, value in OFFLINE.items():
        monkeypatch.setenv(name, value)
    write_sample(repository)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "books")
    git(tmp_path, "init", "--quiet", "--bare", "shared")
    subprocess.run([PRE_COMMIT, "install", "--hook-type", "pre-push"], cwd=repository, check=True)
    status, said = push(repository)
    assert status == 0, said
    assert re.search(r"toolkit check\.+Passed", said), said
    view = repository / VIEW
    view.write_text(view.read_text().replace("'pages', pages", "'page_count', pages"))
    git(repository, "commit", "--quiet", "--all", "--message", "page_count")
    status, said = push(repository)
    assert status == 1
    assert "sql/contract/v_book.contract:1:1 contract BREAK v_book data.pages: key removed" in said
    assert git(tmp_path / "shared", "log", "--format=%s", "main") == "books"


def push(folder):
    command = ["git", "push", "../shared", "HEAD:main"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, done.stdout + done.stderr


def test_the_manifest_of_the_hooks_is_one():
    manifest = ROOT / ".pre-commit-hooks.yaml"
    done = subprocess.run(
        [PRE_COMMIT, "validate-manifest", manifest], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert "entry: toolkit check\n" in manifest.read_text()


def test_the_hooks_of_this_repository(tmp_path):
    git(tmp_path, "init", "--quiet")
    for name in (".pre-commit-config.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    (tmp_path / ".gitignore").write_text(".venv\ncache\n")
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql/a.sql").write_text(GOOD)
    (tmp_path / "a.py").write_text('"""Nothing."""\n')
    status, said = run_hooks(tmp_path)
    assert status == 0, said
    (tmp_path / "sql/a.sql").write_text(GOOD.replace("'id', id", "'id'"))
    (tmp_path / "a.py").write_text('"""Nothing."""\nimport  os\n')
    status, said = run_hooks(tmp_path)
    assert status == 1
    assert "1 file reformatted" in said
    assert "F401" in said
    assert "J03" in said
