import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit import __version__
from toolkit.cli.main import COMMANDS

COMMAND = [sys.executable, "-c", "from toolkit.cli import main; main()"]
UNREACHABLE = {**os.environ, "DATABASE_URL": "host=/nowhere"}
PRINTING = ["--help", "--version", "migrate --help", "lint", "lint --format json", "rule N01", "db status"]


def run(*args: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *args], capture_output=True, text=True, timeout=60, check=False, **options
    )


def test_version_is_printed():
    assert run("--version").stdout.strip().endswith(__version__)


def test_help_lists_every_command_with_a_line():
    shown = run("--help").stdout
    for name, line in COMMANDS.items():
        assert name in shown
        assert line in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_has_an_example(name):
    shown = run(name, "--help")
    assert shown.returncode == 0
    assert f"toolkit {name}" in shown.stdout.partition("Example")[2]


def test_an_unknown_command_is_a_usage_error_without_a_traceback():
    shown = run("migrat")
    assert shown.returncode == 2
    assert shown.stderr.endswith("No such command 'migrat'. Did you mean 'migrate'?\n")
    assert "Traceback" not in shown.stderr


def test_an_unknown_option_of_rollback_is_no_revision():
    shown = run("rollback", "--allow-dataloss")
    assert shown.returncode == 2
    assert shown.stderr.splitlines()[-1].startswith("Error: No such option")
    assert "--allow-data-loss" in shown.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("package", "arguments"), [("click", ["--help"]), ("alembic", ["rollback"]), ("psycopg", ["status"])]
)
def test_without_the_extra_the_missing_package_is_named(package, arguments):
    code = f"import sys; sys.modules['{package}'] = None; from toolkit.cli import main; main()"
    shown = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr == (
        f"toolkit: {package} is missing. Install the command line: pip install 'cqrs-toolkit[cli]'\n"
    )


def test_without_libpq_the_extra_that_has_it_is_named():
    shown = run("status", env={**os.environ, "PSYCOPG_IMPL": "c"})  # not installed
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.startswith("toolkit: libpq is missing. Install the command line: ")


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.toolkit]\n", encoding="utf-8")
    for folder in ("sql", "migrations/versions"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("arguments", PRINTING)
def test_output_that_finds_no_room_is_told(project, arguments):
    with Path("/dev/full").open("w") as full:
        shown = subprocess.run(
            [*COMMAND, *arguments.split()], cwd=project, stdout=full, stderr=-1, text=True, check=False
        )
    assert (shown.returncode, shown.stderr) == (
        2,
        "toolkit: The output can't be written: No space left on device. Send it to another place.\n",
    )


@pytest.mark.parametrize("arguments", PRINTING)
def test_a_reader_that_has_gone_ends_the_command_quietly(project, arguments):
    reader, writer = os.pipe()
    os.close(reader)
    shown = subprocess.run(
        [*COMMAND, *arguments.split()], cwd=project, stdout=writer, stderr=-1, text=True, check=False
    )
    os.close(writer)
    assert (shown.returncode, shown.stderr) == (141, "")


@pytest.mark.parametrize("arguments", [*PRINTING, "status", "--bad"])
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "2>/dev/full"])
def test_streams_that_are_closed_or_full_change_no_exit_status(project, arguments, closed):
    usual = run(*arguments.split(), cwd=project, env=UNREACHABLE)
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *COMMAND, *arguments.split()]
    shown = subprocess.run(
        command, cwd=project, env=UNREACHABLE, capture_output=True, text=True, timeout=60, check=False
    )
    assert shown.returncode == usual.returncode
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message", "status"),
    [
        ("status --format json", "unreachable", "The target can't be reached", 2),
        ("migrate nowhere --format=json", "revision-unknown", "There is no revision 'nowhere'.", 2),
        ("lint nothing.sql --format json", "lint-usage", "nothing.sql", 2),
        ("status --format json --bad", "usage", "No such option", 2),
    ],
)
def test_an_error_is_an_object_where_json_is_asked_for(project, arguments, code, message, status):
    shown = run(*arguments.split(), cwd=project, env=UNREACHABLE)
    assert shown.returncode == status
    error = json.loads(shown.stdout)["error"]
    assert set(error) == {"code", "message", "remedy"}
    assert error["code"] == code
    assert message in error["message"]
    assert message in shown.stderr


def test_an_error_without_json_leaves_standard_output_empty(project):
    assert run("status", cwd=project, env=UNREACHABLE).stdout == ""


@pytest.mark.parametrize("arguments", ["status", "lint", "db status"])
def test_a_folder_that_is_gone_is_told(project, arguments):
    gone = project / "gone"
    gone.mkdir()
    command = ["sh", "-c", 'rmdir ../gone && exec "$@"', "sh", *COMMAND, *arguments.split()]
    shown = subprocess.run(command, cwd=gone, capture_output=True, text=True, timeout=60, check=False)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.endswith("toolkit: The current folder is gone. Go to the folder of the project.\n")


def test_letters_that_the_encoding_lacks_are_written_as_escapes():
    shown = run("db", "--help", env={**os.environ, "PYTHONIOENCODING": "latin-1"})
    assert (shown.returncode, "PGSERVICE \\u2026" in shown.stdout) == (0, True)
