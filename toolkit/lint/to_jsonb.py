"""Works out how documents that are built as json become jsonb, as a whole or not at all.

A call that builds json can't be renamed by itself: PostgreSQL refuses COALESCE and UNION of json with jsonb.
"""

import re
from collections.abc import Iterable
from typing import Final

from toolkit.lint.documents import leaves
from toolkit.lint.registry import Edit
from toolkit.source.queries import Expression

# All of them take values of any type, so that what stands in their parentheses may change its type.
JSONB: Final = {
    "json_build_object": "jsonb_build_object",
    "json_build_array": "jsonb_build_array",
    "json_agg": "jsonb_agg",
    "json_object_agg": "jsonb_object_agg",
    "to_json": "to_jsonb",
    "row_to_json": "to_jsonb",
}
_CAST: Final = r"(?i)'(?:[^']|'')*'\s*::\s*(json)\b(?!\s*\[)"
# How a value takes it: it becomes jsonb, it is a literal that takes any type, it stays what it is, or it
# is tied to something that can't be told.
_CHANGES, _LITERAL, _STAYS, _STUCK = "changes", "literal", "stays", "stuck"


def to_jsonb(values: Iterable[Expression], text: str) -> tuple[Edit, ...]:
    """Return the edits in a text that make values of one column jsonb; none where that can't be told."""
    edits: list[Edit] = []
    kind = _together([_follow(value, text, edits) for value in values])
    return tuple(sorted(set(edits))) if kind != _STUCK else ()


def _together(kinds: Iterable[str]) -> str:
    """Return how values take it that must have one type."""
    found = set(kinds)
    if _STUCK in found or found >= {_CHANGES, _STAYS}:
        return _STUCK
    return next((kind for kind in (_CHANGES, _STAYS) if kind in found), _LITERAL)


def _follow(value: Expression, text: str, edits: list[Edit]) -> str:
    if value.kind == "constant" and value.qualifier in ("text", "null"):
        return _LITERAL
    if value.kind == "call":
        return _call(value, text, edits)
    if value.kind == "cast":
        return _cast(value, text, edits)
    if value.kind in ("coalesce", "case", "array"):
        return _together([_follow(part, text, edits) for part in value.args])
    if value.kind == "subquery" and value.query and value.name in ("expr", "array"):
        outputs = [leaf.query.outputs[:1] for leaf in leaves(value.query)]
        return _together([_follow(output.value, text, edits) for (output,) in filter(None, outputs)])
    return _STAYS


def _call(call: Expression, text: str, edits: list[Edit]) -> str:
    """Follow what is built in the parentheses, which may be of any type, and rename the call."""
    name = call.name
    if name not in JSONB and name not in JSONB.values():
        return _STAYS
    if _STUCK in [_follow(part, text, edits) for part in call.args]:
        return _STUCK
    if name not in JSONB:
        return _STAYS
    end = call.start + len(name)
    if text[call.start : end].lower() != name or (name == "row_to_json" and len(call.args) > 1):
        return _STUCK
    edits.append(Edit(call.start, end, JSONB[name]))
    return _CHANGES


def _cast(cast: Expression, text: str, edits: list[Edit]) -> str:
    kind = _follow(cast.args[0], text, edits)
    if cast.name == "json" and kind == _LITERAL:
        match = re.compile(_CAST).match(text, cast.start)
        if match is None:
            return _STAYS
        edits.append(Edit(*match.span(1), "jsonb"))
        return _CHANGES
    return _STAYS if kind != _CHANGES or cast.name in ("jsonb", "text") else _STUCK
