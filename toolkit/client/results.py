"""What a command gives back: how it is selected, and how the answer is read."""

from collections.abc import Sequence
from typing import Any, Final

from toolkit.client import rows
from toolkit.client.documents import type_of
from toolkit.client.sqltext import is_built_in, quote
from toolkit.core.contract import Result
from toolkit.core.shapes import Array, Object, Scalar, Shape

_JSON: Final = ("json", "jsonb")


class Returned:
    """The result of one command.

    nothing: a procedure has none, but for OUT parameters. many: it is a set. json: the values are sent as
    JSON, to be read as `type`.
    """

    def __init__(self, result: Result) -> None:
        """Take what the contract says of the result."""
        is_document = result.type in _JSON
        shape = result.shape
        properties = shape.properties if isinstance(shape, Object) and not is_document else ()
        called = result.type == "procedure"
        self.nothing = called and not properties
        self.many = result.many
        self.json = is_document or not (properties or _is_native(shape))
        self.type = type_of(shape) if self.json else None
        self._is_document = is_document
        self._names = tuple(each.name for each in properties)
        self._json_places = tuple(
            place for place, each in enumerate(properties) if not (called or _is_native(each.shape))
        )

    def select(self, call: str, before: str = "") -> str:
        """Return the statement of a call, so that psycopg can read what comes; before: a WITH `session`.

        The columns of a row by name: one that a migration adds is no part of what was prepared. What has no
        type in Python, as a row in a row or an array of a project's own type, comes as JSON: by to_json,
        since jsonb can't hold all that json does.
        """
        session = "session, LATERAL " if before else ""
        if self._names:
            columns = ", ".join(
                f"to_json(result.{name})::text" if place in self._json_places else f"result.{name}"
                for place, name in enumerate(map(quote, self._names))
            )
            return f"{before}SELECT {columns} FROM {session}{call} AS result"
        value = f"to_json({call})" if self.json and not self._is_document else call
        return f"{before}SELECT {value}" + (" FROM session" if before else "")

    def read(self, found: Sequence[tuple[Any, ...]]) -> Any:
        """Return the value, the row as a dict, or a list of such; None where there is none."""
        if not self._names:
            return [row[0] for row in found] if self.many else found[0][0] if found else None
        dicts = [self._dict(row) for row in found]
        if self.many:
            return dicts
        return None if not dicts or all(value is None for value in dicts[0].values()) else dicts[0]

    def _dict(self, row: tuple[Any, ...]) -> dict[str, Any]:
        made = dict(zip(self._names, row, strict=True))
        for place in self._json_places:
            if row[place] is not None:
                made[self._names[place]] = rows.decode(row[place])
        return made


def _is_native(shape: Shape) -> bool:
    """Tell whether psycopg reads the type of a shape by itself."""
    if isinstance(shape, Array):
        return isinstance(shape.element, Scalar) and is_built_in(shape.element.type)
    return isinstance(shape, Scalar)
