"""What earlier runs found, kept by the content of what they looked at.

A file of the cache is a list of packed values by their keys, with a hash of all of it in front: one that is
cut, changed or of another format holds nothing and is written anew. A key is a hash of everything that its
value depends on: the code of the linter and the parser, the settings, the rules, and what is in the files.
Where nothing can be written nothing is kept; of two runs that write at once one wins.
"""

import hashlib
import os
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Final

from toolkit import __version__
from toolkit.core.settings import Settings
from toolkit.lint.packing import pack, unpack

_FOLDER: Final = ".toolkit_cache"  # at the root of a project
_KEY: Final = 16  # bytes
_ENTRY: Final = struct.Struct(f"<{_KEY}sI")  # the key, and the length of the value that follows
_RESULTS: Final = 8  # so many results of whole runs are kept,
_LARGEST: Final = 16 << 20  # none of them larger than this
_CODE: Final = ("toolkit.core", "toolkit.lint", "toolkit.source", "pglast")


def cache_of(settings: Settings) -> Callable[[str], "Cache"]:
    """Return what opens the cache of a project by the context of its values, as lint_files asks for it."""
    return partial(Cache, settings.root / _FOLDER)


class Cache:
    """A folder with what is known about files and about whole runs.

    context: what all values depend on, beside the code.
    """

    def __init__(self, folder: Path, context: str) -> None:
        """Begin without a look into the folder, which need not be there."""
        self._folder = folder
        self._context = hashlib.blake2b(f"{_stamp()}\n{context}".encode(), digest_size=_KEY)

    def key(self, *parts: str | bytes) -> bytes:
        """Return the key of what depends on some texts and the context."""
        digest = self._context.copy()
        for part in parts:
            data = part.encode(errors="surrogatepass") if isinstance(part, str) else part
            digest.update(len(data).to_bytes(8))
            digest.update(data)
        return digest.digest()

    def result(self, key: bytes) -> Any:  # noqa: ANN401 - whatever was kept
        """Return the result of a run, None where it is not known."""
        return _value(self._read("results"), key)

    def keep_result(self, key: bytes, value: object) -> None:
        """Keep the result of a run, and those of the last few before it."""
        packed = pack(value)
        if len(packed) <= _LARGEST:
            others = [entry for entry in self._read("results").items() if entry[0] != key]
            self._write("results", {key: packed} | dict(others[: _RESULTS - 1]))

    def sheets(self, keys: Iterable[bytes]) -> dict[bytes, Any]:
        """Return what is known about files, by key."""
        entries = self._read("sheets")
        return {key: value for key in keys if (value := _value(entries, key)) is not None}

    def keep_sheets(self, keys: Iterable[bytes], made: Mapping[bytes, object]) -> None:
        """Keep what is known about files; keys: of all that were looked at, made: what was not known of them.

        Of what is known about other files, or was about these, at most as much is kept.
        """
        old = self._read("sheets")
        kept = {key: pack(made[key]) if key in made else old[key] for key in keys}
        room = sum(map(len, kept.values()))
        for key, data in old.items():
            room -= len(data)
            if room >= 0:
                kept.setdefault(key, data)
        self._write("sheets", kept)

    def _read(self, name: str) -> dict[bytes, bytes]:
        """Return the entries of a file, none where it is not there or damaged."""
        try:
            data = (self._folder / name).read_bytes()
        except OSError:
            return {}
        body = data[_KEY:]
        return dict(_entries(body)) if data[:_KEY] == _hash(body) else {}

    def _write(self, name: str, entries: Mapping[bytes, bytes]) -> None:
        body = b"".join(_ENTRY.pack(key, len(data)) + data for key, data in entries.items())
        new = self._folder / f"{name}.{os.getpid()}"
        with suppress(OSError):
            if not self._folder.exists():
                self._folder.mkdir()
                (self._folder / ".gitignore").write_text("*\n", encoding="utf-8")
            for left in self._folder.glob(f"{name}.*"):  # by a run that was killed, or that loses against us
                left.unlink(missing_ok=True)
            new.write_bytes(_hash(body) + body)
            new.replace(self._folder / name)


def _hash(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_KEY).digest()


def _entries(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position < len(body):
        key, length = _ENTRY.unpack_from(body, position)
        position += _ENTRY.size + length
        yield key, body[position - length : position]


def _value(entries: Mapping[bytes, bytes], key: bytes) -> Any:  # noqa: ANN401 - whatever was packed
    """Return an entry, None where it is not there or no value of ours."""
    try:
        return unpack(entries[key])
    except (KeyError, UnpicklingError):
        return None


def _stamp() -> str:
    """Return what tells the code that is running from any other: its files, and the Python."""
    modules = (module for name, module in sys.modules.items() if name.startswith(_CODE))
    files = sorted(file for module in modules if (file := getattr(module, "__file__", None)))
    return repr((sys.version, __version__, [(file, *_state(file)) for file in files]))


def _state(file: str) -> tuple[int, int]:
    try:
        state = os.stat(file)  # noqa: PTH116 - for as many files as there are modules
    except OSError:  # in an archive, which its version tells from others
        return 0, 0
    return state.st_size, state.st_mtime_ns
