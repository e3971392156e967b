"""Comments that allow what a rule would report: `-- toolkit: allow J04 reason`.

One stands inside a statement, on the lines directly above it or behind it on its last line, and counts for
that statement; `-- toolkit: allow-file J04 reason` counts for the file. A body in dollar quotes is a part of
its statement.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import takewhile
from operator import attrgetter, itemgetter
from typing import Final, NamedTuple

from toolkit.lint.registry import Edit, Fix
from toolkit.lint.spans import dollar_strings
from toolkit.source.facts import Do, Fact, Routine, Statement

# Texts, compiled when a file has such a comment.
# Strings and quoted names are passed over; dollar quotes are not, so that a comment in a body is seen.
_PIECE: Final = (
    r"(?xs)"
    r"""(?P<line>--[^\n]*) | (?P<block>/\*) | (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*+'? | '[^']*'? | "[^"]*"?"""
)
_FIRST: Final = attrgetter("first")
_EDGE: Final = r"/\*|\*/"
_ALLOW: Final = (
    r"--\s*toolkit:\s*(?P<word>allow(?:-file)?)(?![\w-])\s*"
    r"(?P<codes>[A-Za-z]+\d+(?:\s*,\s*[A-Za-z]+\d+)*)?(?P<reason>.*)"
)


class Suppression(NamedTuple):
    """One such comment.

    start, end: the comment. first, last: the offsets that it counts for, both -1 where it stands by no
    statement. codes: as written. reason: "" where there is none. unused: the codes that allowed nothing,
    though their rules ran.
    """

    start: int
    end: int
    first: int
    last: int
    codes: tuple[str, ...]
    reason: str
    unused: tuple[str, ...] = ()


class Allowed:
    """The suppressions of a file, to be asked for each finding."""

    def __init__(self, suppressions: tuple[Suppression, ...]) -> None:
        """Sort them by code, and by the place that they count for; statements do not overlap."""
        self._found: dict[str, list[Suppression]] = defaultdict(list)
        for suppression in sorted(suppressions, key=_FIRST):
            for code in suppression.codes:
                self._found[code].append(suppression)

    def by(self, code: str, start: int) -> list[Suppression]:
        """Return those that allow a finding of a code at an offset."""
        found = self._found.get(code, ())
        before = bisect_right(found, start, key=_FIRST)
        if not before:
            return []
        nearest = bisect_left(found, found[before - 1].first, key=_FIRST)
        whole = takewhile(lambda one: one.first == 0, found[:nearest])  # of the file, and its first statement
        return [one for one in (*whole, *found[nearest:before]) if start <= one.last]


def read_suppressions(text: str, facts: tuple[Fact, ...]) -> tuple[Suppression, ...]:
    """Return the suppressions in the text of a file, whose facts say where its statements are."""
    if "toolkit:" not in text:
        return ()
    statements = [fact for fact in facts if isinstance(fact, Statement)]
    return tuple(
        Suppression(start, end, *_range(match, text, start, end, statements), _codes(match), _reason(match))
        for start, end in _line_comments(text)
        if (match := re.compile(_ALLOW).match(text, start, end))
    )


def removals(
    unused: Mapping[Suppression, Collection[str]], text: str, facts: tuple[Fact, ...]
) -> dict[Suppression, Fix]:
    """Return, for suppressions with codes that are of no use, what takes these out of the text of the file.

    A comment of which nothing stays goes with its line, or with the space before it. One in a string has no
    fix, unless the string is a body: it may be data.
    """
    if not unused:
        return {}
    strings = dollar_strings(text)
    bodies = {fact.body.start for fact in facts if isinstance(fact, Routine | Do) and fact.body}
    found = {}
    for suppression, codes in unused.items():
        before = bisect_right(strings, suppression.start, key=itemgetter(0))
        start, end = strings[before - 1] if before else (0, 0)
        inside = suppression.start < end
        if inside and not (start in bodies and suppression.end <= end):
            continue
        kept = [code for code in suppression.codes if code not in codes]
        found[suppression] = Fix((_without(suppression, kept, text),), safe=True)
    return found


def _without(suppression: Suppression, kept: list[str], text: str) -> Edit:
    start, end = suppression.start, suppression.end
    match = re.compile(_ALLOW).match(text, start, end)
    if kept and match:
        return Edit(*match.span("codes"), ", ".join(kept))
    line = text.rfind("\n", 0, start) + 1
    before = text[line:start].rstrip()
    return Edit(line + len(before), end if before else min(end + 1, len(text)), "")


def _line_comments(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    tokens, edges = re.compile(_PIECE), re.compile(_EDGE)
    while token := tokens.search(text, position):
        position = token.end()
        if token.lastgroup == "line":
            yield token.start(), position - text.endswith("\r", token.start(), position)
        depth = 1 if token.lastgroup == "block" else 0
        while depth:
            edge = edges.search(text, position)
            if edge is None:
                return
            position = edge.end()
            depth += 1 if edge[0] == "/*" else -1


def _codes(match: re.Match[str]) -> tuple[str, ...]:
    return tuple(re.split(r"\s*,\s*", match["codes"])) if match["codes"] else ()


def _reason(match: re.Match[str]) -> str:
    return match["reason"].strip(" \t,:-")


def _range(
    match: re.Match[str], text: str, start: int, end: int, statements: list[Statement]
) -> tuple[int, int]:
    """Return the offsets that a suppression counts for, an empty range where it stands by no statement."""
    if match["word"] == "allow-file":
        return 0, len(text)
    following = bisect_right(statements, start, key=lambda statement: statement.start)
    if following:
        before = statements[following - 1]
        if start < before.end or "\n" not in text[before.end : start]:
            return before.start, before.end
    if following < len(statements):
        after = statements[following]
        if not re.search(r"\n\s*\n", text[end : after.start]):
            return after.start, after.end
    return -1, -1
