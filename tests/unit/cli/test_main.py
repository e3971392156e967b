import subprocess
import sys

import pytest

from toolkit import __version__
from toolkit.cli.main import COMMANDS


def run(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from toolkit.cli import main; main()", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


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
    assert "migrat" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_without_the_extra_the_missing_package_is_named():
    code = "import sys; sys.modules['click'] = None; from toolkit.cli import main; main()"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert shown.returncode == 2
    assert "click" in shown.stderr
    assert "cqrs-toolkit[cli]" in shown.stderr
    assert "Traceback" not in shown.stderr
