"""The keys of documents, read from the text of a contract without the shapes that stand behind them.

The linter asks for them before each commit, when there is no time for the imports that shapes take. The
notation is that of `toolkit.core.notation`.
"""

import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from toolkit.errors import ContractUnreadable

_STRING: Final = r'"(?:[^"\\\n]|\\.)*"'
_IDENTIFIER: Final = r'(?:[^\W\d][\w$]*|"(?:[^"\n]|"")+")'
_TYPE: Final = rf"{_IDENTIFIER}(?:\.{_IDENTIFIER})*(?:\([^()\n]*\))?(?:\[\])?"
_VALUE: Final = rf"(?:{_STRING}|[\w.+-]+)"
_TYPE_BEFORE: Final = rf"{_TYPE} (?=[^\s?])(?!in \()"
_NAME: Final = rf"{_STRING}|[^\W\d][\w$]*"
_MODEL: Final = rf"\s*{_IDENTIFIER}(?:\.{_IDENTIFIER})*\n"
# What has no shapes in it.
_PLAIN: Final = (
    rf'={_VALUE}|opaque<(?:{_STRING}|[^<>"\n]+)>|{_TYPE}(?:<[^<>\n]+>)?(?: in \({_VALUE}(?:\|{_VALUE})*\))?'
)
_BETWEEN: Final = r"[\s,|]*"
_COMPOSED: Final = ("{", "[", "(", "opaque<")


class ContractKey(NamedTuple):
    """A key of an object.

    optional: it may be absent. keys: what `ContractKeys` the object has that stands there, or the objects in
    a list; None where there is none, or one of several.
    """

    optional: bool
    keys: "ContractKeys | None"


ContractKeys = Mapping[str, ContractKey]


def read_keys(text: str) -> dict[str, ContractKeys | None]:
    """Return the keys in the columns of the read model that a text begins with, none where it has a command.

    None stands for a column without an object, or with one that takes any key, or with one of several.
    Raises ContractUnreadable with line and column.
    """
    reader = _Reader(text)
    columns: dict[str, ContractKeys | None] = {}
    if reader.match(_MODEL):
        while reader.take("  "):
            name = reader.name()
            reader.need(": ")
            reader.match(_TYPE_BEFORE)
            columns[name] = reader.keys()
            reader.need("\n")
    return columns


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._place = text, 0

    def take(self, word: str) -> bool:
        """Pass these characters if they stand here."""
        found = self._text.startswith(word, self._place)
        self._place += len(word) * found
        return found

    def need(self, word: str) -> None:
        """Pass these characters."""
        if not self.take(word):
            raise self._error(word)

    def match(self, pattern: str) -> str:
        """Pass and return what a pattern finds here, which may be nothing."""
        found = re.compile(pattern).match(self._text, self._place)
        self._place = found.end() if found else self._place
        return found[0] if found else ""

    def name(self) -> str:
        found = self.match(_NAME)
        if not found:
            raise self._error("a name")
        return str(json.loads(found)) if found.startswith('"') else found

    def keys(self) -> ContractKeys | None:
        """Pass a shape and return the keys of the one object in it."""
        found = None
        if self.take("{"):
            found = self._object()
        elif self.take("["):
            found = self._one_of("]")
        elif self.take("("):
            found = self._one_of(")")
        elif not self.match(_PLAIN):
            raise self._error("a shape")
        self.take("?")
        return found

    def _object(self) -> ContractKeys | None:
        found: dict[str, ContractKey] = {}
        other = False
        while not self._ends("}"):
            if self.take("[key]: "):
                other = True
                self.keys()
            else:
                name = self.name()
                optional = self.take("?")
                self.need(": ")
                found[name] = ContractKey(optional, self.keys())
        return None if other else found

    def _one_of(self, end: str) -> ContractKeys | None:
        """Pass shapes up to an end; return the keys of the only one that has more to it than a scalar."""
        found = []
        while not self._ends(end):
            composed = self._text.startswith(_COMPOSED, self._place)
            keys = self.keys()
            if composed:
                found.append(keys)
        return found[0] if len(found) == 1 else None

    def _ends(self, end: str) -> bool:
        """Pass what stands between two parts, and the end where it is there."""
        self.match(_BETWEEN)
        return self.take(end)

    def _error(self, wanted: str) -> ContractUnreadable:
        before = self._text[: self._place]
        return ContractUnreadable(before.count("\n") + 1, len(before) - before.rfind("\n"), wanted)
