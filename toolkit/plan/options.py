"""The clauses that lead from one list of options to another."""

from collections.abc import Iterator, Mapping
from typing import Final

ALREADY_OPTIONS: Final = ("duplicate_object", "undefined_object")  # what ADD and DROP say the second time


def plain_options(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """Yield SET (…) and RESET (…), as far as they are needed."""
    changed = [f"{name}={value}" for name, value in new.items() if old.get(name) != value]
    gone = [name for name in old if name not in new]
    if changed:
        yield f"SET ({', '.join(changed)})"
    if gone:
        yield f"RESET ({', '.join(gone)})"


def foreign_options(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Return the clause OPTIONS (…) that alters those of a foreign table, its column or a server."""
    parts = [
        f"{'SET' if name in old else 'ADD'} {name} {value}"
        for name, value in new.items()
        if old.get(name) != value
    ]
    parts += [f"DROP {name}" for name in old if name not in new]
    return f"OPTIONS ({', '.join(parts)})"
