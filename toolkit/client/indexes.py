"""Whether an index serves a condition on a document: the planner is asked, once for each field."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final

from toolkit.client.fields import Field, Model
from toolkit.client.rows import decode

# Stands for a value: the planner neither knows it nor may count on it, and its plan names it.
_MARK: Final = "pg_catalog.current_setting('toolkit.probe', true)"
_NAMED: Final = "toolkit.probe"
_CONDITION: Final = "Index Cond"
_log: Final = logging.getLogger("toolkit.client")
# A small table is read as a whole even where it has an index.
NO_SCANS: Final = b"SET LOCAL enable_seqscan = off"


class IndexHints:
    """The keys and paths of a read model's document that were asked for; each is looked at once."""

    def __init__(self, model: Model) -> None:
        """Take the read model."""
        self._model = model
        self._seen: set[str] = set()
        self.waiting: list[Field] = []

    def add(self, field: Field) -> None:
        """Take a field that is in a condition or an order."""
        if field.in_document and field.probe and field.name not in self._seen:
            self._seen.add(field.name)
            self.waiting.append(field)

    def take(self) -> list[Field]:
        """Return the fields to look at now; no other thread gets them."""
        fields, self.waiting = self.waiting, []
        return fields

    def explain(self, field: Field) -> bytes:
        """Return the statement whose result says whether an index serves a field."""
        condition = field.probe.replace("%s", _MARK)
        return f"EXPLAIN (FORMAT JSON) SELECT FROM {self._model.table} WHERE {condition}".encode()

    def point_out(self, field: Field) -> None:
        """Say that no index serves a field."""
        index = f", or, where documents are stored, CREATE INDEX ON {self._model.name} {field.in_an_index}"
        _log.warning(
            "%s is asked for %s, which is in the document only, and no index serves it: every row is read. A "
            "column beside data with an index under it is faster%s.",
            self._model.name,
            field.name,
            index if field.in_an_index else "",
        )


def serves(plan: bytes) -> bool:
    """Tell whether the plan that `explain` gives finds its rows by an index."""
    return any(_NAMED in condition for condition in _conditions(decode(plan)))


def _conditions(plan: Any) -> Iterator[str]:
    for each in plan if isinstance(plan, list) else plan.values():
        if isinstance(each, list | dict):
            yield from _conditions(each)
    if isinstance(plan, Mapping) and _CONDITION in plan:
        yield plan[_CONDITION]
