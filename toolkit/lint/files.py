"""The files of a project: which there are, how findings name them, and what they are to the project."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from toolkit.core.settings import Settings
from toolkit.errors import LintUsage
from toolkit.lint.file import Role

_BACKWARD: Final = ".down.sql"
_CONTRACT: Final = "contract"


class Layout:
    """Where a project has what; asked about each of many files, so it goes by text and not by Path."""

    def __init__(self, settings: Settings) -> None:
        """Take the folders of a project."""
        self._folders = settings.sql, settings.migrations
        self._root, self._sql, self._migrations = map(_inside, (settings.root, *self._folders))

    def name(self, path: Path | str) -> str:
        """Return what findings call a file: its path from the root, the whole one where it is elsewhere."""
        name = str(path).removeprefix(self._root)
        return name if os.sep == "/" else name.replace(os.sep, "/")

    def role(self, path: str) -> Role:
        """Return what a file is to the project."""
        if path.startswith(self._sql):
            return Role.ARTIFACT
        if path.startswith(self._migrations):
            return Role.BACKWARD if path.endswith(_BACKWARD) else Role.FORWARD
        return Role.SCRIPT

    def around(self, paths: Iterable[str]) -> list[Path]:
        """Return the folders of artifacts and of migrations that some of the files are in."""
        roles = {self.role(path) for path in paths}
        sql, migrations = self._folders
        inhabited = [sql] if Role.ARTIFACT in roles else []
        inhabited += [migrations] if roles & {Role.FORWARD, Role.BACKWARD} else []
        return [folder for folder in inhabited if folder.is_dir()]


def find_files(paths: Iterable[Path], settings: Settings) -> Iterator[Path]:
    """Yield the SQL files at and under some paths; raises LintUsage where there is nothing."""
    for path in paths:
        if path.is_dir():
            yield from map(Path, files_in(path, settings))
        elif path.exists():
            yield path
        else:
            raise LintUsage(f"There is no {path}.", remedy="Name files or folders that are there.")


def files_in(folder: Path, settings: Settings) -> list[str]:
    """Return the SQL files under a folder in order; hidden ones and the contract are left out.

    Raises LintUsage for a folder that can't be read.
    """
    contract = _inside(settings.sql / _CONTRACT)
    found: list[str] = []
    waiting = [str(folder)]
    while waiting:
        place = waiting.pop()
        if _inside(place).startswith(contract):
            continue
        try:
            entries = list(os.scandir(place))
        except OSError as error:
            raise LintUsage(f"{place} can't be read: {error.strerror}.", remedy="Name others.") from error
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif entry.name.endswith(".sql") and entry.is_file():
                found.append(entry.path)
    return sorted(found, key=lambda path: path.split(os.sep))  # noqa: PTH206 - a Path costs as much again


def _inside(folder: Path | str) -> str:
    """Return what the paths of all files in a folder begin with."""
    return os.path.join(folder, "")  # noqa: PTH118 - a Path has no separator at its end
