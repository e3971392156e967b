"""How objects are altered, by their kind."""

from typing import Final

from toolkit.catalog.catalog import Entry
from toolkit.plan.alteration import Alter, Answer, Context
from toolkit.plan.tables import alter_table

_BY_KIND: Final[dict[str, Alter]] = {
    "FOREIGN TABLE": alter_table,
    "TABLE": alter_table,
}


def alter(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how the old object becomes the new one; see `toolkit.plan.alteration.Alter`."""
    entry = new or old
    answer = _BY_KIND.get(entry.kind) if entry else None
    return answer(old, new, context) if answer else None
