"""What git knows about the files of a project."""

import os
import subprocess
from pathlib import Path

from toolkit.checks.errors import GitFailed


def name_commit(root: Path, reference: str) -> str:
    """Return the hash of the commit that a reference names; raises GitFailed where it names none."""
    try:
        return git(root, "rev-parse", "--verify", "--end-of-options", f"{reference}^{{commit}}").strip()
    except GitFailed as error:
        if "single revision" not in error.message:
            raise
        message = f"git can't tell what was committed: there is no commit {reference}."
        raise GitFailed(
            message, remedy="Name a commit, a branch or a tag that is here, or fetch it."
        ) from error


def git(root: Path, *arguments: str) -> str:
    """Return what git prints in a folder; raises GitFailed with git's words."""
    command = ["git", "-C", str(root), *arguments]
    environment = os.environ | {"LC_ALL": "C"}  # its words are looked at
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, encoding="utf-8", env=environment
        )
    except OSError as error:
        raise GitFailed(f"git can't be run: {error.strerror}.", remedy="Install git.") from error
    if done.returncode:
        words = done.stderr.strip().removeprefix("fatal: ").splitlines() or ["it says nothing"]
        if words[0].startswith("not a git repository"):
            message = f"There is no git repository around {root}, so nothing was committed."
            raise GitFailed(message, remedy="Leave the reference out, or commit the project first.")
        raise GitFailed(f"git can't tell what was committed: {words[0]}.")
    return done.stdout


def changed_files(root: Path, reference: str) -> set[Path]:
    """Return the files under `root` that are not as at the reference, new ones among them.

    The reference stands for where the work began: its merge base with what is checked out.
    """
    start = _start(root, reference)
    names = git(root, "diff", "--name-only", "--relative", "-z", start, "--").split("\0")
    names += git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0")
    return {root / name for name in names if name}


def committed_text(root: Path, reference: str, path: Path) -> str:
    """Return the text of a file at the reference; raises GitFailed where it is not there."""
    return git(root, "show", f"{_start(root, reference)}:./{path.relative_to(root).as_posix()}")


def _start(root: Path, reference: str) -> str:
    commit = name_commit(root, reference)
    try:
        return git(root, "merge-base", commit, "HEAD").strip()
    except GitFailed as error:  # without words where there is none
        message = f"No commit that {reference} and HEAD have in common is here."
        raise GitFailed(message, remedy="Fetch the whole history: `git fetch --unshallow`.") from error
