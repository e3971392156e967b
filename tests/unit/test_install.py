"""tools/install.sh says in one sentence why it can't install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

INSTALL = Path(__file__).parents[2] / "tools" / "install.sh"


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
