"""How objects are altered, by their kind."""

from typing import Final

from toolkit.catalog.catalog import Entry
from toolkit.plan.alteration import Alter, Answer, Context
from toolkit.plan.attachments import (
    alter_default,
    alter_foreign_object,
    alter_materialized_view,
    alter_policy,
    alter_published,
    alter_statistics,
)
from toolkit.plan.constraints import alter_check, alter_foreign_key, alter_key
from toolkit.plan.indexes import alter_index
from toolkit.plan.partitions import alter_attachment, attach_index
from toolkit.plan.replacement import (
    alter_extension,
    alter_public_schema,
    alter_publication,
    replace_on_table,
    replace_routine,
    replace_view,
    say_again,
)
from toolkit.plan.rights import alter_rights
from toolkit.plan.sequences import alter_owned, alter_sequence
from toolkit.plan.tables import alter_table
from toolkit.plan.types import alter_domain, alter_type

_BY_KIND: Final[dict[str, Alter]] = {
    "ACL": alter_rights,
    "CHECK CONSTRAINT": alter_check,
    "COMMENT": say_again,
    "CONSTRAINT": alter_key,
    "DEFAULT": alter_default,
    "DEFAULT ACL": alter_rights,
    "DOMAIN": alter_domain,
    "EXTENSION": alter_extension,
    "FK CONSTRAINT": alter_foreign_key,
    "FOREIGN DATA WRAPPER": alter_foreign_object,
    "FOREIGN TABLE": alter_table,
    "FUNCTION": replace_routine,
    "INDEX": alter_index,
    "INDEX ATTACH": attach_index,
    "MATERIALIZED VIEW": alter_materialized_view,
    "POLICY": alter_policy,
    "PROCEDURE": replace_routine,
    "PUBLICATION": alter_publication,
    "PUBLICATION TABLE": alter_published,
    "RULE": replace_on_table,
    "SCHEMA": alter_public_schema,
    "SECURITY LABEL": say_again,
    "SEQUENCE": alter_sequence,
    "SEQUENCE OWNED BY": alter_owned,
    "SERVER": alter_foreign_object,
    "STATISTICS": alter_statistics,
    "TABLE": alter_table,
    "TABLE ATTACH": alter_attachment,
    "TRIGGER": replace_on_table,
    "TYPE": alter_type,
    "USER MAPPING": alter_foreign_object,
    "VIEW": replace_view,
}


def alter(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return how the old object becomes the new one; see `toolkit.plan.alteration.Alter`."""
    entry = new or old
    answer = _BY_KIND.get(entry.kind) if entry else None
    return answer(old, new, context) if answer else None
