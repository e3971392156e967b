"""Rules about every call that builds a JSON object, wherever it stands."""

from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.core.words import counted
from toolkit.lint.documents import OBJECTS, literal
from toolkit.lint.file import File
from toolkit.lint.registry import Report, rule
from toolkit.source.queries import Expression

_MOST_ARGUMENTS = 100  # FUNC_MAX_ARGS of PostgreSQL as it is built


@rule("J03", Severity.ERROR, Expression)
def even_arguments(call: Expression, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Give jsonb_build_object a value for each key.

    PostgreSQL accepts a view with an odd number of arguments, and refuses each query that reads it ("argument
    list must have even number of elements").

    Bad:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id, 'title') AS data FROM tb_post;

    Bad:
        SELECT jsonb_build_object('a', json_build_object('b'));

    Good:
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id, 'title', title) AS data FROM tb_post;

    Good:
        SELECT jsonb_build_object(VARIADIC tags) FROM tb_post;
    """
    if call.name in OBJECTS and len(call.args) % 2 and "variadic" not in call.flags:
        yield Report(
            call.start,
            f"{call.name} has {counted(len(call.args), 'argument')}: a key has no value",
            "Give each key a value; PostgreSQL refuses the call when it runs.",
        )


@rule("J04", Severity.ERROR, Expression)
def unique_keys(call: Expression, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Write each key of a JSON object once.

    jsonb keeps the last of two values with one key and drops the other in silence; json keeps both, and most
    readers take the last.

    Bad:
        SELECT jsonb_build_object('id', a, 'name', b, 'id', c) FROM tb_post;

    Bad:
        SELECT json_build_object('name'::text, a, 'name', b) FROM tb_post;

    Good:
        SELECT jsonb_build_object('id', a, 'ID', b, 'author', jsonb_build_object('id', c)) FROM tb_post;
    """
    if call.name not in OBJECTS:
        return
    seen: set[str] = set()
    for key in call.args[::2]:
        text = literal(key)
        if text is not None and text in seen:
            yield Report(
                key.start,
                f"the key {text!r} is there twice: only the last value stays",
                "Remove one of the two, or give it another key.",
            )
        elif text is not None:
            seen.add(text)


@rule("J15", Severity.ERROR, Expression)
def at_most_fifty_keys(call: Expression, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Give a JSON object at most 50 keys in one call.

    A function takes at most 100 arguments: PostgreSQL refuses more when the view is made. Two objects joined
    by `||` have as many keys as you like.

    Good:
        SELECT jsonb_build_object('a', 1) || jsonb_build_object('b', 2);
    """
    if len(call.args) > _MOST_ARGUMENTS:
        yield Report(
            call.start,
            f"{call.name} has {len(call.args)} arguments, more than the 100 that PostgreSQL takes",
            "Join two calls by ||.",
        )
