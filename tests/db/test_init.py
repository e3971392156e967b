"""`toolkit init`: a new project is whole, clean, and works with the commands it names."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from toolkit import __version__
from toolkit.cli.init import _FILES, _template, command

ROOT = Path(__file__).parents[2]


def run(*command: object, cwd):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def toolkit(*arguments: str, cwd):
    return run(Path(sys.prefix) / "bin" / "toolkit", *arguments, cwd=cwd)


@pytest.fixture
def project(tmp_path):
    done = toolkit("init", "shop", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "cd shop; make migrate; make test" in done.stdout
    folder = tmp_path / "shop"
    (folder / ".venv").symlink_to(sys.prefix)  # as `make` would have made it from requirements.txt
    (Path(sys.prefix) / ".installed").touch()
    return folder


def test_new_project_migrates_and_tests_green(project):
    try:
        migrated = run("make", "migrate", cwd=project)
        assert (migrated.returncode, migrated.stderr) == (0, "")
        assert "20260101000000" in migrated.stdout
        tested = run("make", "test", cwd=project)
        assert tested.returncode == 0, tested.stdout + tested.stderr
        assert " passed" in tested.stdout
        assert "skipped" not in tested.stdout
        checked = run("make", "check", cwd=project)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert "note:" not in checked.stdout
    finally:
        toolkit("db", "stop", cwd=project)


CLONE, WHEEL, GONE = "file://PLACE/a%20clone", "file://PLACE/a%20wheel.whl", "file://PLACE/gone.whl"


@pytest.mark.parametrize(
    ("noted", "line", "place"),
    [
        (None, f"cqrs-toolkit[all]=={__version__}", None),  # it came from an index
        ({"url": CLONE, "dir_info": {"editable": True}}, f"--editable {CLONE}[all]", "a clone"),
        ({"url": CLONE, "dir_info": {}}, f"cqrs-toolkit[all] @ {CLONE}", "a clone"),
        ({"url": WHEEL, "archive_info": {}}, f"cqrs-toolkit[all] @ {WHEEL}", "a wheel.whl"),
        ({"url": GONE, "archive_info": {}}, f"cqrs-toolkit[all]=={__version__}", None),
        (
            {"url": "https://git.example/t", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}},
            "cqrs-toolkit[all] @ git+https://git.example/t@c0ffee",
            None,
        ),
        ({"url": "https://a.example/t", "archive_info": {}}, "cqrs-toolkit[all] @ https://a.example/t", None),
    ],
)  # fmt: skip
def test_requirements_name_the_place_that_the_package_came_from(tmp_path, monkeypatch, noted, line, place):
    (tmp_path / "a clone").mkdir()
    (tmp_path / "a wheel.whl").touch()
    information = tmp_path / "site" / f"cqrs_toolkit-{__version__}.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: cqrs-toolkit\nVersion: {__version__}\n"
    )
    if noted is not None:
        (information / "direct_url.json").write_text(json.dumps(noted).replace("PLACE", str(tmp_path)))
    monkeypatch.syspath_prepend(information.parent)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(command, ["shop"])
    assert done.exit_code == 0, done.output
    *comments, requirement = (tmp_path / "shop/requirements.txt").read_text(encoding="utf-8").splitlines()
    assert all(comment.startswith("# ") for comment in comments)
    assert requirement == line.replace("PLACE", str(tmp_path))
    if place is None:
        assert "requirements.txt takes" not in done.output
    else:
        assert f"requirements.txt takes cqrs-toolkit from {tmp_path / place}, " in done.output


def test_make_says_what_to_do_where_pip_finds_no_toolkit(project, monkeypatch):
    (project / ".venv").unlink()
    (project / "requirements.txt").write_text("cqrs-toolkit[all]==0.0.0.dev0\n", encoding="utf-8")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    refused = run("make", "migrate", cwd=project)
    assert refused.returncode == 2
    assert (
        "make: pip could not install requirements.txt. Where the index has no cqrs-toolkit," in refused.stderr
    )
    assert not (project / ".venv/.installed").exists()


def test_hook_of_a_new_project_is_clean(project):
    assert run("make", "lint", cwd=project).returncode == 0


def git(*arguments: str, cwd):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    done = run("git", *identity, *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr


def test_commands_of_the_workflow_work_in_a_fresh_clone(project, monkeypatch):
    workflow = (project / ".github/workflows/check.yml").read_text(encoding="utf-8")
    commands = re.findall(r"^ +(?:- )?run: (.+)$", workflow, re.MULTILINE)
    assert len(commands) == 3
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "first"]):
        git(*arguments, cwd=project)
    clone = project.with_name("clone")
    git("clone", "--quiet", str(project), str(clone), cwd=project)
    assert (clone / ".venv").is_symlink()  # of the project, as git has it
    (Path(sys.prefix) / ".installed").touch()
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    try:
        for command in commands:
            done = run("bash", "-e", "-c", command, cwd=clone)
            assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    finally:
        toolkit("db", "stop", cwd=clone)


def test_nothing_that_is_there_is_changed(tmp_path):
    (tmp_path / "Makefile").write_text("mine", encoding="utf-8")
    refused = toolkit("init", cwd=tmp_path)
    assert refused.returncode == 1
    assert refused.stderr == (
        "toolkit: Makefile is there already. Name an empty folder, or remove what is in the way.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["Makefile"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folder_that_can_not_be_written_is_named(tmp_path):
    tmp_path.chmod(0o500)
    refused = toolkit("init", "shop", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("toolkit: shop can't be written: Permission denied.")


def test_nothing_is_left_where_writing_failed(tmp_path):
    (tmp_path / "sql").write_text("a file", encoding="utf-8")  # where a folder would have to be
    refused = toolkit("init", cwd=tmp_path)
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "sql"]


@pytest.mark.parametrize(
    "name", ["alembic.ini", "migrations/env.py", "migrations/script.py.mako", "sql/roles.sql"]
)
def test_what_the_reference_package_has_too_is_the_same(name):
    assert _template(_FILES[name]) == (ROOT / name).read_text(encoding="utf-8")
