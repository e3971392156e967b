"""Values of the linter as bytes: for another process, and for the cache.

They are pickles of our own values and of nothing else: reading them makes no other object and calls no other
function, whatever the bytes say.
"""

import io
import pickle
from typing import Any, Final

from toolkit.core.findings import Finding, Severity
from toolkit.lint.examine import Sheet
from toolkit.lint.keys import Document, Key, Keys
from toolkit.lint.registry import Edit, Fix, Report
from toolkit.lint.suppressions import Suppression
from toolkit.source import facts, queries

_PROTOCOL: Final = 5
_TUPLES: Final[tuple[type, ...]] = tuple(
    one
    for one in (
        Sheet,
        Finding,
        Report,
        Fix,
        Edit,
        Suppression,
        Document,
        Keys,
        Key,
        *vars(facts).values(),
        *vars(queries).values(),
    )
    if isinstance(one, type) and issubclass(one, tuple) and hasattr(one, "_fields")
)
_CLASSES: Final[dict[tuple[str, str], type]] = {
    (one.__module__, one.__qualname__): one for one in (*_TUPLES, Severity)
}


def pack(value: object) -> bytes:
    """Return a value as bytes."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, _PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(value)
    return buffer.getvalue()


def unpack(data: bytes) -> Any:  # noqa: ANN401 - whatever was packed
    """Return the value that was packed; raises UnpicklingError for what is none of ours."""
    return _Unpickler(io.BytesIO(data)).load()


def _tuple(value: tuple[Any, ...]) -> tuple[type, tuple[Any, ...]]:
    return type(value), tuple(value)


def _severity(value: Severity) -> tuple[type, tuple[str]]:
    return Severity, (value.value,)


_REDUCERS: Final[dict[type, Any]] = {  # in half the time of what NamedTuple brings along
    **dict.fromkeys(_TUPLES, _tuple),
    Severity: _severity,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        try:
            return _CLASSES[module, name]
        except KeyError as error:
            raise pickle.UnpicklingError(f"{module}.{name} is no value of the linter") from error
