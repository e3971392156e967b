"""Rules about the columns of read models."""

import re
from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.lint.documents import OBJECTS, Part, is_read_model, leaves, literal, parts, view_columns
from toolkit.lint.file import File
from toolkit.lint.registry import Edit, Fix, Report, rule
from toolkit.source.facts import Table, View
from toolkit.source.queries import Expression

_NAME = r'(?:"(?:[^"]|"")*"|[^\W\d][\w$]*)'
_COLUMN = rf"{_NAME}(?:\s*\.\s*{_NAME})*"


def _names(fact: View | Table, file: File) -> set[str] | None:
    """Return the names of a read model's columns; None where it is none, or they can't be told."""
    if isinstance(fact, Table):
        known = fact.name.name.startswith(file.settings.names.projection) and not fact.temporary
        if not known or fact.query or fact.partition_of or fact.inherits or not fact.columns:
            return None
        return {column.name for column in fact.columns}
    columns = view_columns(fact) if is_read_model(fact, file.settings.names) else None
    return {column.name for column in columns[0]} if columns else None


@rule("J01", Severity.ERROR, View, Table)
def id_column(fact: View | Table, file: File) -> Iterator[Report]:
    """Give each read model a column `id`.

    Services find a row by it, and a materialized view needs it for the unique index of a concurrent refresh.

    Bad:
        CREATE VIEW v_post AS SELECT jsonb_build_object('id', id) AS data FROM tb_post;

    Good:
        CREATE VIEW v_post (id, data) AS SELECT p.pk, jsonb_build_object('id', p.pk) FROM tb_post p;
    """
    names = _names(fact, file)
    if names is not None and "id" not in names:
        yield Report(fact.start, f"{fact.name.name} has no column id", "Add a column id.")


@rule("J02", Severity.ERROR, View, Table)
def data_column(fact: View | Table, file: File) -> Iterator[Report]:
    """Give each read model a column `data` with its document.

    Bad:
        CREATE VIEW v_post AS SELECT id, title FROM tb_post;

    Bad:
        CREATE TABLE tv_post (id uuid PRIMARY KEY, title text);

    Good:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id) AS data, author_id FROM tb_post;
    """
    names = _names(fact, file)
    if names is not None and "data" not in names:
        yield Report(
            fact.start, f"{fact.name.name} has no column data", "Add a column data with a jsonb document."
        )


@rule("J07", Severity.WARNING, View)
def id_is_in_the_document(view: View, file: File) -> Iterator[Report]:
    """Give the document a key `id` with the value of the column id.

    A service that keeps the document must know what it is about; two different ids make it wrong.

    Bad:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('title', title) AS data FROM tb_post;

    Bad:
        CREATE VIEW v_post AS SELECT p.id, jsonb_build_object('id', u.id) AS data
        FROM tb_post p JOIN tb_user u ON u.id = p.author_id;

    Good:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id) || extra AS data FROM tb_post;

    Good:
        CREATE VIEW v_post AS WITH p AS (SELECT id, title FROM tb_post)
        SELECT p.id, jsonb_build_object('id', id, 'title', title) AS data FROM p;
    """
    if not is_read_model(view, file.settings.names):
        return
    found = parts(view, file.settings.names)
    for columns in view_columns(view) or ():
        by_name = {column.name: column for column in columns}
        if not {"id", "data"} <= by_name.keys():
            continue
        id_, data = by_name["id"], by_name["data"]
        if data.value.kind != "call" or data.value.name not in OBJECTS or "variadic" in data.value.flags:
            continue  # a merge, a CASE: another part may bring the id
        (part,) = (part for part in found if part.call is data.value) if found else (None,)
        yield from _compare(part, id_.value, file.text)


def _compare(part: Part | None, id_: Expression, text: str) -> Iterator[Report]:
    if part is None:
        return
    keys = [literal(key) for key in part.call.args[::2]]
    if None in keys:
        return
    if "id" not in keys:
        yield Report(
            part.call.start,
            "the document has no key 'id'",
            "Add 'id' with the column id.",
            fix=None if _may_become_id(keys) else _with_id(part.call, id_, text),
        )
        return
    value = part.call.args[min(keys.index("id") * 2 + 1, len(part.call.args) - 1)]
    if _differ(value, id_, part):
        yield Report(
            value.start, "the key 'id' of the document is another column than id", "Give both the same value."
        )


def _may_become_id(keys: list[str | None]) -> bool:
    """Return whether a key is `id` in another case, which J06 would correct."""
    return any(re.sub("[^a-z]", "", (key or "").lower()) == "id" for key in keys)


def _with_id(call: Expression, id_: Expression, text: str) -> Fix | None:
    """Return what puts the column id, as the query writes it, in front of the other keys."""
    column = re.compile(_COLUMN).match(text, id_.start) if id_.kind == "column" else None
    if column is None or not call.args or call.args[0].kind != "constant":
        return None
    last = column[0].rstrip('"').lower().endswith(id_.name.lower())
    if not last or (id_.qualifier and "." not in column[0]):  # there is a comment in it
        return None
    at = call.args[0].start
    before = text[text.rfind("\n", 0, at) + 1 : at]
    gap = " " if before.strip() else f"\n{before}"
    return Fix((Edit(at, at, f"'id', {column[0]},{gap}"),), safe=False)


def _differ(value: Expression, id_: Expression, part: Part) -> bool:
    """Return whether two values are columns of which nothing says that they are equal."""
    while value.kind == "cast":
        value = value.args[0]
    while id_.kind == "cast":
        id_ = id_.args[0]
    if value.kind != "column" or id_.kind != "column":
        return False
    first, second = (value.qualifier, value.name), (id_.qualifier, id_.name)
    if first == second or not (value.qualifier and id_.qualifier):
        return value.name != id_.name and value.qualifier == id_.qualifier
    return not any(_equates(condition, first, second) for condition in part.scope.query.conditions)


def _equates(condition: Expression, first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Return whether a condition may make two columns equal: `=` between them, USING, NATURAL."""
    if condition.kind == "using":
        return True
    if condition.kind == "operator" and condition.name == "=":
        return {(side.qualifier, side.name) for side in condition.args} == {first, second}
    return any(_equates(part, first, second) for part in condition.args)


@rule("J11", Severity.ERROR, View)
def no_star(view: View, file: File) -> Iterator[Report]:
    """Name the columns of a read model instead of `*`.

    PostgreSQL writes `*` out when the view is made: a column that the table gets later is not in it, and one
    that is dropped takes the view along.

    Bad:
        CREATE VIEW v_post AS SELECT * FROM tb_post;

    Bad:
        CREATE MATERIALIZED VIEW mv_post AS SELECT p.*, 1 AS one FROM tb_post p;

    Good:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id, 'n', count(*)) AS data
        FROM (SELECT * FROM tb_post) p GROUP BY id;
    """
    if not is_read_model(view, file.settings.names):
        return
    for scope in leaves(view.query):
        for output in scope.query.outputs:
            if output.value.kind == "star":
                yield Report(output.start, f"{view.name.name} gives out *", "Name the columns.")
