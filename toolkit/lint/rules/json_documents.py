"""Rules about the documents of read models, at any depth."""

import re
from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.lint.documents import AGGREGATES, OBJECTS, Part, Scope, documents, literal, origins, parts
from toolkit.lint.file import File
from toolkit.lint.registry import Edit, Fix, Report, rule
from toolkit.lint.spans import call_end
from toolkit.lint.to_jsonb import JSONB, to_jsonb
from toolkit.source.facts import Do, Routine, View
from toolkit.source.queries import Expression, Write

_FACTS = (View, Write, Routine, Do)
_Shaping = View | Write | Routine | Do
_CASES = {
    "snake": re.compile(r"_?[a-z0-9]+(_[a-z0-9]+)*"),
    "camel": re.compile(r"_?[a-z][a-zA-Z0-9]*"),
}
_WORDS = r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+"
_ODD = r"[^\w -]|[^\x00-\x7f]"
_WHOLE_ROWS = frozenset({"to_jsonb", "to_json", "row_to_json", "jsonb_agg", "json_agg"})
_PRIVATE = ("pk_", "fk_")


def _keys(part: Part) -> Iterator[tuple[Expression, Expression]]:
    """Yield the keys and values of a part that is an object."""
    if part.call.name in OBJECTS and "variadic" not in part.call.flags:
        yield from zip(part.call.args[::2], part.call.args[1::2], strict=False)


@rule("J05", Severity.WARNING, *_FACTS)
def literal_keys(fact: _Shaping, file: File) -> Iterator[Report]:
    """Write the keys of a read model's document as literals.

    A key that is worked out at run time is in no contract: nobody can say which keys the document has.

    Bad:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id, status, 1) AS data FROM tb_post;

    Good:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id, 'n', count(*)) AS data
        FROM tb_post GROUP BY id;
    """
    for part in parts(fact, file.settings.names):
        for key, _ in _keys(part):
            if literal(key) is None:
                yield Report(
                    key.start,
                    "a key of the document is no literal",
                    "Write the key as a literal, or give the pairs an array of their own.",
                )


@rule("J06", Severity.WARNING, *_FACTS)
def key_case(fact: _Shaping, file: File) -> Iterator[Report]:
    """Write keys in one case: snake_case, or camelCase where `key-case` says so.

    Bad:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id, 'createdAt', created_at) AS data
        FROM tb_post;

    Good:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id, 'created_at', created_at) AS data
        FROM tb_post;
    """
    case = file.settings.lint.key_case
    for part in parts(fact, file.settings.names):
        for key, _ in _keys(part):
            text = literal(key)
            if text is not None and not _CASES[case].fullmatch(text):
                fix = _recased(key, text, part, file)
                yield Report(key.start, f"the key {text!r} is not in {case} case", "Rename the key.", fix=fix)


def _recased(key: Expression, name: str, part: Part, file: File) -> Fix | None:
    """Return what writes a key in the case of the project, where its words can be told."""
    written = f"'{name}'"
    words = [word.lower() for word in re.findall(_WORDS, name)]
    if not words or not file.text.startswith(written, key.start) or re.search(_ODD, name):
        return None
    case = file.settings.lint.key_case
    new = "_".join(words) if case == "snake" else words[0] + "".join(word.title() for word in words[1:])
    new = "_" * name.startswith("_") + new
    if not _CASES[case].fullmatch(new) or new in [literal(other) for other, _ in _keys(part)]:
        return None
    return Fix((Edit(key.start, key.start + len(written), f"'{new}'"),), safe=False)


@rule("J08", Severity.WARNING, *_FACTS)
def aggregates_have_a_value_for_no_rows(fact: _Shaping, file: File) -> Iterator[Report]:
    """Give an aggregate in a document a value for no rows.

    Over no rows jsonb_agg is NULL, so that a list with nothing in it becomes null and not []. The same holds
    for what an outer join does not find. With GROUP BY and without FILTER a group has a row.

    Bad:
        CREATE VIEW v_user AS SELECT u.id, jsonb_build_object('id', u.id, 'posts',
            (SELECT jsonb_agg(p.title) FROM tb_post p WHERE p.author_id = u.id)) AS data FROM tb_user u;

    Bad:
        CREATE VIEW v_user AS SELECT u.id, jsonb_build_object('id', u.id, 'posts', p.posts) AS data
        FROM tb_user u LEFT JOIN (SELECT author_id, jsonb_agg(title) AS posts FROM tb_post
            GROUP BY author_id) p ON p.author_id = u.id;

    Good:
        CREATE VIEW v_user AS SELECT u.id, jsonb_build_object('id', u.id, 'posts', COALESCE(
            (SELECT jsonb_agg(p.title) FROM tb_post p WHERE p.author_id = u.id), '[]')) AS data
        FROM tb_user u;

    Good:
        CREATE VIEW v_user AS SELECT u.id, jsonb_build_object('id', u.id, 'posts', jsonb_agg(p.title)) AS data
        FROM tb_user u JOIN tb_post p ON p.author_id = u.id GROUP BY u.id;
    """
    for part in parts(fact, file.settings.names):
        call, query = part.call, part.scope.query
        if call.name not in AGGREGATES or part.covered or "over" in call.flags:
            continue
        if part.optional or "filter" in call.flags or not query.grouped:
            empty = "[]" if call.name in ("jsonb_agg", "json_agg") else "{}"
            yield Report(
                call.start,
                f"{call.name} is NULL where there are no rows",
                f"Write COALESCE({call.name}(…), '{empty}').",
                fix=None if part.optional else _covered(call, empty, fact, file.text),
            )


def _covered(call: Expression, empty: str, fact: _Shaping, text: str) -> Fix | None:
    """Return what puts a call into COALESCE; in a body in single quotes a string can't just be added."""
    body = fact.body if isinstance(fact, Routine | Do) else None
    end = call_end(text, call.start, call.name)
    if end < 0 or (body and text[body.start - 1] == "'"):
        return None
    return Fix((Edit(call.start, call.start, "COALESCE("), Edit(end, end, f", '{empty}')")), safe=False)


@rule("J09", Severity.ERROR, *_FACTS)
def jsonb_not_json(fact: _Shaping, file: File) -> Iterator[Report]:
    """Build documents as jsonb, not as json.

    json is text: it has no equality, keeps double keys and is parsed anew by each operator.

    Bad:
        CREATE VIEW v_post AS SELECT id, json_build_object('id', id) AS data FROM tb_post;

    Good:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id) AS data FROM tb_post;
    """
    values = [column.value for column in documents(fact, file.settings.names)]
    edits: tuple[Edit, ...] | None = None
    for part in parts(fact, file.settings.names):
        name = part.call.name
        if name.startswith("json_") or name in ("row_to_json", "to_json"):
            if edits is None:
                edits = to_jsonb(values, file.text)
            at = part.call.start
            other = JSONB.get(name, name.replace("json", "jsonb", 1))
            fix = Fix(edits, safe=False) if any(edit.start == at for edit in edits) else None
            yield Report(at, f"{name} makes json, not jsonb", f"Write {other}.", fix=fix)
    for column in documents(fact, file.settings.names):
        if column.value.kind == "cast" and column.value.name == "json":
            yield Report(column.value.start, "data is cast to json", "Cast it to jsonb.")


@rule("J10", Severity.WARNING, *_FACTS)
def no_whole_rows(fact: _Shaping, file: File) -> Iterator[Report]:
    """Name the keys of a document instead of turning a whole row into one.

    A column that is added to the table later goes out to every service, the password hash among them.

    Bad:
        CREATE VIEW v_user AS SELECT u.id, to_jsonb(u) AS data FROM tb_user u;

    Bad:
        CREATE VIEW v_user AS SELECT u.id, jsonb_build_object('id', u.id, 'posts',
            COALESCE((SELECT jsonb_agg(p.*) FROM tb_post p), '[]')) AS data FROM tb_user u;

    Good:
        CREATE VIEW v_user AS SELECT u.id, jsonb_build_object('id', u.id, 'tags', to_jsonb(u.tags)) AS data
        FROM tb_user u;
    """
    for part in parts(fact, file.settings.names):
        if part.call.name in _WHOLE_ROWS and part.call.args and _is_row(part.call.args[0], part.scope):
            yield Report(
                part.call.start,
                f"{part.call.name} puts a whole row into the document",
                "Name the keys with jsonb_build_object.",
            )


def _is_row(value: Expression, scope: Scope) -> bool:
    """Return whether a value is a row of a table: `t.*`, or `t` where t is the alias of one."""
    name = value.qualifier if value.kind == "star" else value.name
    if value.kind not in ("star", "column") or (value.kind == "column" and value.qualifier):
        return False
    inner: Scope | None = scope
    while inner is not None:
        for source in inner.query.sources:
            if source.alias == name:
                return source.relation is not None
        inner = inner.outer
    return False


@rule("J12", Severity.WARNING, *_FACTS)
def no_private_keys(fact: _Shaping, file: File) -> Iterator[Report]:
    """Keep the columns pk_… and fk_… out of documents.

    They are the database's own numbers: who sees one can guess the others, and services start to rely on it.

    Bad:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id, 'pk_post', pk_post) AS data
        FROM tb_post;

    Bad:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id, 'user', p.fk_user) AS data
        FROM tb_post p;

    Good:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id) AS data FROM tb_post ORDER BY pk_post;
    """
    for part in parts(fact, file.settings.names):
        for key, value in _keys(part):
            column = value.name if value.kind == "column" and not origins(value, part.scope) else ""
            leaked = next((n for n in (literal(key) or "", column) if n.startswith(_PRIVATE)), None)
            if leaked:
                yield Report(
                    key.start, f"{leaked} goes out in the document", "Leave it out, or give the id instead."
                )


@rule("J14", Severity.WARNING, *_FACTS)
def merged_objects_share_no_key(fact: _Shaping, file: File) -> Iterator[Report]:
    """Let objects that `||` joins have different keys.

    The right side wins in silence.

    Bad:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id, 'name', a)
            || jsonb_build_object('name', b) AS data FROM tb_post;

    Good:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id) || jsonb_build_object('name', b) AS data
        FROM tb_post;
    """
    values = [column.value for column in documents(fact, file.settings.names)]
    values += [value for part in parts(fact, file.settings.names) for _, value in _keys(part)]
    for value in values:
        seen: set[str] = set()
        for side in _sides(value):
            for key in side.args[::2]:
                text = literal(key)
                if text in seen:
                    yield Report(
                        key.start,
                        f"the key {text!r} is on both sides of ||: the right one wins",
                        "Leave it out on one side.",
                    )
            seen.update(text for key in side.args[::2] if (text := literal(key)) is not None)


def _sides(value: Expression) -> Iterator[Expression]:
    """Yield the objects that `||` joins, from left to right."""
    if value.kind == "operator" and value.name == "||":
        for side in value.args:
            yield from _sides(side)
    elif value.kind == "call" and value.name in OBJECTS:
        yield value
