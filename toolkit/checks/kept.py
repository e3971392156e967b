"""The contract that was inferred last, kept under .toolkit_cache/ until anything it depends on changes.

It is found by a hash of the files under sql/ (without the committed contract), the settings, the servers
that are installed, and the code of the toolkit and of the parser. Reading it makes values of ours and nothing
else, whatever the bytes say; a file that is cut or changed holds nothing.
"""

import hashlib
import importlib.util
import io
import os
import pickle
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit import __file__ as _toolkit
from toolkit import __version__
from toolkit.core import contract, shapes
from toolkit.core.contract import Contract
from toolkit.core.settings import Settings
from toolkit.core.shapes import Shape
from toolkit.server.binaries import find_programs

_FOLDER: Final = ".toolkit_cache"
_PREFIX: Final = "contract-"
_MOST: Final = 4  # so many contracts are kept: those of a few branches
_HASH: Final = 32
# What an extension makes is in files of its own.
_EXTENSION: Final = re.compile(rb"create\s+extension", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Inferred:
    """The contract of a database. embeds: the views that a read model reads, by its name.

    notes: what a user should know, each with its subject in front. declared: the declared shapes that were
    used by column. comments: by name of a read model or signature of a command. major: the server's.
    """

    contract: Contract
    embeds: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]
    declared: Mapping[str, Shape]
    comments: Mapping[str, str]
    major: int


_CLASSES: Final = {
    (one.__module__, one.__qualname__): one
    for one in (Inferred, *vars(contract).values(), *vars(shapes).values())
    if isinstance(one, type) and one.__module__.startswith("toolkit.")
}


class KeptContract:
    """The place of a project's contract, as its files are now."""

    def __init__(self, settings: Settings) -> None:
        """Look at the files. Where the contract depends on more than is looked at, nothing is kept."""
        self._settings = settings
        self._folder = settings.root / _FOLDER
        self._name = _name(settings)

    def read(self) -> Inferred | None:
        """Return the contract that was kept; None where there is none."""
        if self._name is None:
            return None
        with suppress(OSError, pickle.UnpicklingError):
            data = (self._folder / self._name).read_bytes()
            if data[:_HASH] == _hash(data[_HASH:]):
                found = _Unpickler(io.BytesIO(data[_HASH:])).load()
                return found if isinstance(found, Inferred) else None
        return None

    def write(self, inferred: Inferred) -> None:
        """Keep a contract, and the last few before it.

        Nothing is kept where nothing can be written, and where a file has changed in the meantime.
        """
        if self._name is None or _name(self._settings) != self._name:
            return
        body = pickle.dumps(inferred, 5)
        part = self._folder / f".{os.getpid()}.part"
        with suppress(OSError):
            if not self._folder.exists():
                self._folder.mkdir()
                (self._folder / ".gitignore").write_text("*\n", encoding="utf-8")
            part.write_bytes(_hash(body) + body)
            part.replace(self._folder / self._name)
            kept = sorted(self._folder.glob(f"{_PREFIX}*"), key=lambda path: path.stat().st_mtime_ns)
            for old in kept[:-_MOST]:
                old.unlink(missing_ok=True)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        try:
            return _CLASSES[module, name]
        except KeyError as error:
            raise pickle.UnpicklingError(f"{module}.{name} is no value of the contract") from error


def _name(settings: Settings) -> str | None:
    """Return the name of the file by what the contract depends on; None where that is not known."""
    try:
        texts = [(path.relative_to(settings.sql), path.read_bytes()) for path in _sources(settings.sql)]
    except OSError:  # whoever reads the files next says which one can't be read
        return None
    if os.environ.get("TOOLKIT_SCRATCH_URL") or any(_EXTENSION.search(text) for _, text in texts):
        return None
    facts = repr((__version__, sys.version, settings, list(_programs()), texts))
    return _PREFIX + hashlib.blake2b(facts.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def _hash(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_HASH).digest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.relative_to(folder).parts[0] != "contract" and path.is_file():
            yield path


def _programs() -> Iterator[tuple[str, int, int]]:
    """Yield what tells the code that would work it out from any other."""
    parser = importlib.util.find_spec("pglast")
    code = [*sorted(Path(_toolkit).parent.rglob("*.py")), *([parser.origin] if parser else ())]
    for file in (*code, *find_programs()):
        state = os.stat(str(file))  # noqa: PTH116 - for as many files as there are modules
        yield str(file), state.st_size, state.st_mtime_ns
