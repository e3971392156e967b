"""Texts that depend on the settings of the session that reads them: the same row gives several documents.

Source: PostgreSQL's output functions; DateStyle, IntervalStyle, extra_float_digits, bytea_output and
lc_monetary are settings that every client may change.
"""

from collections.abc import Iterator
from typing import Final

from toolkit.core.contract import ReadModel
from toolkit.core.notation import leaves, write_name
from toolkit.core.shapes import Scalar

# By the type's short name: what its text follows, and what to write instead.
_TEXTS: Final = {
    "interval": ("IntervalStyle", "take extract(epoch FROM …)"),
    "bytea": ("bytea_output", "take encode(…, 'base64')"),
    "money": ("lc_monetary", "cast it to numeric"),
}
_CASTS: Final = _TEXTS | {
    "date": ("DateStyle", "take to_char(…, 'YYYY-MM-DD')"),
    "timestamp": ("DateStyle", "take to_char with a format"),
    "timestamptz": ("DateStyle and TimeZone", "take to_char with a format and AT TIME ZONE"),
    "float4": ("extra_float_digits", "cast it to numeric before"),
    "float8": ("extra_float_digits", "cast it to numeric before"),
}


def cast_to_text(type_: str) -> str | None:
    """Return what to know about a cast of a type, by its short name, to text; None for a constant text."""
    found = _CASTS.get(type_.partition("(")[0])
    return f"a cast from {type_} to text follows {found[0]} of the session; {found[1]}" if found else None


def traps(model: ReadModel) -> Iterator[str]:
    """Yield what to know about values in the documents of a read model whose text is not constant."""
    for column in model.columns:
        if column.type in ("json", "jsonb"):
            for path, leaf in leaves(column.shape, write_name(column.name)):
                type_ = (leaf.base or leaf.type).partition("(")[0] if isinstance(leaf, Scalar) else ""
                if type_ in _TEXTS:
                    setting, remedy = _TEXTS[type_]
                    yield f"{path} is the text of {type_}, which follows {setting} of the session; {remedy}"
