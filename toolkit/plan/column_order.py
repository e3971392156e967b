"""Definitions that can't be reached because a table has its columns in another order.

The columns of a table that was altered stand in another order than those of one that was made at once, which
nobody notices who calls them by name. But PostgreSQL writes what a query reads from a function that returns
rows of a table as `f() f(a, b)`: by place.
"""

import re

from toolkit.catalog.catalog import ROW_TYPE, Catalog
from toolkit.core.changes import ObjectKey
from toolkit.errors import PlanImpossible
from toolkit.source.canonical import read_table

_REMEDY = "Write new columns last in CREATE TABLE, or let the function return TABLE (…)."


def refuse_other_places(key: ObjectKey, old: Catalog, new: Catalog) -> None:
    """Raise PlanImpossible where the definition of an object speaks of columns by other places."""
    text = new.by_key[key].definition
    for edge in new.dependencies(key):
        if edge.on.kind == "FUNCTION" and re.search(rf"\b{_name(edge.on)}\([^;]*?\) \S+\(", text):
            for table in _returned(edge.on, new):
                if _differ(table, old, new):
                    raise PlanImpossible(
                        f"The {key} reads the columns of {table.schema}.{table.name} by their places, through"
                        f" the function {edge.on.name}, and these will be others than in sql/.",
                        remedy=_REMEDY,
                    )


def _name(function: ObjectKey) -> str:
    return re.escape(function.name.partition("(")[0])


def _returned(function: ObjectKey, catalog: Catalog) -> list[ObjectKey]:
    """Return the table whose rows a function returns, if that is so."""
    _, _, head = catalog.by_key[function].definition.partition(" RETURNS ")
    head = head.partition("\n")[0]
    return [
        edge.on
        for edge in catalog.dependencies(function)
        if edge.on.kind == "TABLE"
        and edge.on_piece == ROW_TYPE
        and re.search(rf"\b{re.escape(edge.on.name)}\"?$", head)
    ]


def _differ(table: ObjectKey, old: Catalog, new: Catalog) -> bool:
    """Return whether the columns of a table that is altered will stand in another order than they should."""
    before, after = old.by_key.get(table), new.by_key[table]
    if before is None:
        return False
    wanted = list(read_table(after.definition).columns)
    present = list(read_table(before.definition).columns)
    kept = [name for name in present if name in wanted]
    return wanted != kept + [name for name in wanted if name not in present]
