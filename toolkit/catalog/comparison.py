"""Whether two databases are equal, entry by entry.

What does not count is taken out of the text that pg_dump gives: the order of a table's columns and of what
follows from it, the order in which rights were granted, and NOT NULL names that PostgreSQL made up.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from difflib import unified_diff
from typing import Final

from toolkit.catalog.catalog import Entry

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[(),;]""")
_NOT_NULL = re.compile(
    r"""('(?:[^']|'')*')| CONSTRAINT (?:[\w$]*_not_null\d*|"(?:[^"]|"")*_not_null\d*")(?= NOT NULL)"""
)
_ABOUT = re.compile(r"([A-Z]+(?: [A-Z]+)*) (.+)", re.DOTALL)
_FIELDS = ("owner", "tablespace", "access_method")


def differences(
    first: Iterable[Entry], second: Iterable[Entry], names: tuple[str, str] = ("first", "second")
) -> list[str]:
    """Return what is not the same in two databases, one text for each difference; none where they are equal.

    names: what to call the two. A text is one line, such as "VIEW public.v_post: definition differs", and
    the differing lines of the definition after it.
    """
    left, right = _by_identity(first), _by_identity(second)
    texts: list[str] = []
    for identity in sorted(left.keys() | right.keys()):
        label = _label(*identity)
        ours, theirs = left.get(identity, []), right.get(identity, [])
        # Several entries have one identity where pg_dump's name is not the whole of it, as with operators.
        for entry, other in zip(ours, theirs, strict=False):
            texts.extend(f"{label}: {text}" for text in _compare(entry, other, names))
        texts.extend(f"{label}: only in {names[0]}" for _ in ours[len(theirs) :])
        texts.extend(f"{label}: only in {names[1]}" for _ in theirs[len(ours) :])
    return texts


def _by_identity(entries: Iterable[Entry]) -> dict[tuple[str, str, str], list[Entry]]:
    found: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.schema, entry.name, entry.kind].append(entry)
    for same in found.values():
        same.sort()
    return found


def _label(schema: str, name: str, kind: str) -> str:
    qualifier = f"{schema}." if schema else ""
    about = _ABOUT.fullmatch(name)
    if about and kind in ("ACL", "COMMENT", "SECURITY LABEL"):
        return f"{kind} on {about[1]} {qualifier}{about[2]}"
    return f"{kind} {qualifier}{name}"


def _compare(entry: Entry, other: Entry, names: tuple[str, str]) -> Iterator[str]:
    if entry == other:  # as most are, without a look at what does not count
        return
    for field in _FIELDS:
        here, there = getattr(entry, field), getattr(other, field)
        if here != there:
            what = field.replace("_", " ")
            yield f"{what} differs: {here or 'none'} in {names[0]}, {there or 'none'} in {names[1]}"
    here, there = canonical_text(entry), canonical_text(other)
    if here != there:
        lines = unified_diff(here.splitlines(), there.splitlines(), *names, lineterm="", n=1)
        yield "\n".join(["definition differs", *lines])


def fingerprint(entries: Iterable[Entry]) -> str:
    """Return the SHA-256 of what counts in the entries; two databases have the same where they are equal."""
    digest = hashlib.sha256()
    for entry in sorted(entries):
        fields = (entry.kind, entry.schema, entry.name, *(getattr(entry, field) for field in _FIELDS))
        for text in (*fields, canonical_text(entry)):
            content = text.encode()
            digest.update(len(content).to_bytes(8) + content)
    return digest.hexdigest()


def canonical_text(entry: Entry) -> str:
    """Return an entry's definition without what does not count; it is text to compare, not SQL to run."""
    if entry.kind not in _CANONICAL:
        return entry.definition
    statements = [part.strip() for part in _split(entry.definition, ";") if part.strip()]
    return ";\n".join(_CANONICAL[entry.kind](statements))


def _canonical_table(statements: list[str]) -> list[str]:
    create, *options = statements  # of columns in their order, and of the table
    return [_sort_list(_without_made_up_names(create)), *sorted(options)]


def _canonical_domain(statements: list[str]) -> list[str]:
    return [_without_made_up_names(statement) for statement in statements]


def _canonical_statistics(statements: list[str]) -> list[str]:
    head, on, body = statements[0].partition(" ON ")
    columns, source, table = body.rpartition(" FROM ")
    ordered = ", ".join(sorted(part.strip() for part in _split(columns, ",")))
    return [f"{head}{on}{ordered}{source}{table}", *statements[1:]]


def _canonical_publication_table(statements: list[str]) -> list[str]:
    return [_sort_list(statement) for statement in statements]


def _canonical_rights(statements: list[str]) -> list[str]:
    grantor = ""
    rights = []
    for statement in statements:
        if statement.startswith("SET SESSION AUTHORIZATION "):
            grantor = f"{statement}: "
        elif statement == "RESET SESSION AUTHORIZATION":
            grantor = ""
        else:
            rights.append(grantor + statement)
    return sorted(rights)


_CANONICAL: Final[dict[str, Callable[[list[str]], list[str]]]] = {
    "ACL": _canonical_rights,
    "DEFAULT ACL": _canonical_rights,
    "DOMAIN": _canonical_domain,
    "FOREIGN TABLE": _canonical_table,
    "PUBLICATION TABLE": _canonical_publication_table,
    "STATISTICS": _canonical_statistics,
    "TABLE": _canonical_table,
}


def _without_made_up_names(statement: str) -> str:
    return _NOT_NULL.sub(lambda found: found[1] or "", statement)


def _sort_list(statement: str) -> str:
    """Sort the list of columns in a statement: the parenthesis that its first line opens."""
    start = next((token.start() for token in _TOKEN.finditer(statement) if token[0] == "("), None)
    if start is None or "\n" in statement[:start] or statement[:start].endswith(" WHERE "):
        return statement
    end = start + len(_split(statement[start:], ")")[0])
    columns = ",\n".join(sorted(f"    {part.strip()}" for part in _split(statement[start + 1 : end], ",")))
    return f"{statement[:start]}(\n{columns}\n{statement[end:]}"


def _split(text: str, separator: str) -> list[str]:
    """Return the parts of `text` between separators that stand outside of strings and inner parentheses."""
    parts, start, depth = [], 0, 0
    for token in _TOKEN.finditer(text):
        depth -= token[0] == ")"
        if token[0] == separator and depth == 0:
            parts.append(text[start : token.start()])
            start = token.end()
        depth += token[0] == "("
    return [*parts, text[start:]]
