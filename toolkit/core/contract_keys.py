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
    rf'={_VALUE}|opaque<(?:{_STRING}|[^<>"\n]+)>|{_TYPE}(?:<{_TYPE}>)?(?: in \({_VALUE}(?:\|{_VALUE})*\))?'
)


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
    if reader.take(_MODEL):
        while reader.take("  "):
            name = reader.name()
            reader.need(": ")
            reader.take(_TYPE_BEFORE)
            columns[name] = reader.keys()
            reader.need("\n")
    return columns


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._place = text, 0

    def take(self, pattern: str) -> str:
        """Pass and return what the pattern finds here, which may be nothing."""
        found = re.compile(pattern).match(self._text, self._place)
        if found is None:
            return ""
        self._place = found.end()
        return found[0]

    def need(self, pattern: str) -> str:
        """Pass and return what has to be here."""
        found = self.take(pattern)
        if not found:
            before = self._text[: self._place]
            column = self._place - (before.rfind("\n") + 1) + 1
            raise ContractUnreadable(before.count("\n") + 1, column, pattern)
        return found

    def name(self) -> str:
        found = self.need(_NAME)
        return str(json.loads(found)) if found.startswith('"') else found

    def keys(self) -> ContractKeys | None:
        """Pass a shape and return the keys of the one object in it."""
        if self.take(r"\{"):
            found = self._object()
        elif self.take(r"\["):
            found = self._one_of(r"\]", ",")
        elif self.take(r"\("):
            found = self._one_of(r"\)", r"\|")
        else:
            self.need(_PLAIN)
            found = None
        self.take(r"\?")
        return found

    def _object(self) -> ContractKeys | None:
        found: dict[str, ContractKey] = {}
        other = False
        while not self.take(r"[\s,]*\}"):
            self.take(r"[\s,]*")
            if self.take(r"\[key\]: "):
                other = True
                self.keys()
            else:
                name = self.name()
                optional = bool(self.take(r"\?"))
                self.need(": ")
                found[name] = ContractKey(optional, self.keys())
        return None if other else found

    def _one_of(self, end: str, separator: str) -> ContractKeys | None:
        """Pass shapes up to an end; return the keys of the only one that has more to it than a scalar."""
        found = []
        while not self.take(rf"[\s{separator}]*{end}"):
            self.take(rf"[\s{separator}]*")
            composed = re.compile(r"[{\[(]|opaque<").match(self._text, self._place)
            keys = self.keys()
            if composed:
                found.append(keys)
        return found[0] if len(found) == 1 else None
