"""How objects are altered, by their kind."""

from typing import Final

from toolkit.catalog.catalog import Entry
from toolkit.plan.alteration import Alter, Answer, Context
from toolkit.plan.replacement import (
    alter_extension,
    alter_publication,
    replace_on_table,
    replace_routine,
    replace_view,
    say_again,
)
from toolkit.plan.sequences import alter_owned, alter_sequence
from toolkit.plan.tables import alter_table
from toolkit.plan.types import alter_domain, alter_type

_BY_KIND: Final[dict[str, Alter]] = {
    "COMMENT": say_again,
    "DOMAIN": alter_domain,
    "EXTENSION": alter_extension,
    "FOREIGN TABLE": alter_table,
    "FUNCTION": replace_routine,
    "PROCEDURE": replace_routine,
    "PUBLICATION": alter_publication,
    "RULE": replace_on_table,
    "SECURITY LABEL": say_again,
    "SEQUENCE": alter_sequence,
    "SEQUENCE OWNED BY": alter_owned,
    "TABLE": alter_table,
    "TRIGGER": replace_on_table,
    "TYPE": alter_type,
    "VIEW": replace_view,
}


def alter(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how the old object becomes the new one; see `toolkit.plan.alteration.Alter`."""
    entry = new or old
    answer = _BY_KIND.get(entry.kind) if entry else None
    return answer(old, new, context) if answer else None
