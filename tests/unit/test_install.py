"""tools/install.sh says in one sentence why it can't install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALL = ROOT / "tools" / "install.sh"


def install(python: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", INSTALL, python, folder / "venv"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def one_sentence(shown: subprocess.CompletedProcess[str]) -> str:
    assert shown.returncode == 2
    *_, last = shown.stderr.strip().splitlines()
    assert last.startswith("make: ")
    return last


def test_a_missing_python_is_named(tmp_path):
    assert "no python-that-is-not-there on PATH" in one_sentence(
        install("python-that-is-not-there", tmp_path)
    )


def test_a_python_that_is_too_old_is_named_with_the_versions_that_work(tmp_path):
    # An interpreter that answers as 3.10 does: the version check exits with 1.
    old = script(tmp_path / "python3", 'case "$1" in --version) echo Python 3.10.13;; *) exit 1;; esac')
    said = one_sentence(install(old, tmp_path))
    assert "Python 3.10.13 is not supported" in said
    assert "3.11" in said


@pytest.mark.skipif(shutil.which("uv") is not None, reason="uv makes environments without the venv module")
def test_a_missing_venv_module_names_the_package_to_install(tmp_path):
    # Debian's python3 without python3-venv: everything works but `-m venv`.
    bare = script(tmp_path / "python3", f'[ "$1" != -m ] || exit 1; exec "{sys.executable}" "$@"')
    assert "python3-venv" in one_sentence(install(bare, tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_is_said_before_anything_is_installed(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("this root may not mount")
    try:
        said = one_sentence(install(sys.executable, small))
        assert "MB free here" in said
        assert not (small / "venv").exists()
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.fixture
def checkout(tmp_path):
    """A folder with the Makefile and an installation that takes no time: each one leaves a line in `log`."""
    checkout = tmp_path / "a checkout (1), here"
    (checkout / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", checkout)
    for name in ("requirements.lock", "pyproject.toml"):
        (checkout / name).touch()
    (checkout / "tools/install.sh").write_text(
        "mkdir -p $2/bin; echo installed >>log\n"
        f"for name in python toolkit; do ln -sf {shutil.which('true')} $2/bin/$name; done\n"
    )
    return checkout


def made(checkout: Path) -> int:
    """Run `make migrate`, and return how often it was installed."""
    subprocess.run(["make", "migrate"], cwd=checkout, check=True, timeout=60, capture_output=True)
    return (checkout / "log").read_text().count("installed")


def test_installation_is_done_once(checkout):
    assert [made(checkout), made(checkout)] == [1, 1]


def test_installation_is_done_again_after_a_move(checkout, tmp_path):
    made(checkout)
    moved = checkout.rename(tmp_path / "moved")
    assert [made(moved), made(moved)] == [2, 2]


def test_installation_is_done_again_where_its_python_is_gone(checkout):
    made(checkout)
    python = checkout / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/gone/python")
    assert [made(checkout), made(checkout)] == [2, 2]
