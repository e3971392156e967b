"""Places: from the parser's locations to offsets in the file."""

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import Final

Place = Callable[[int], int]
_WIDE: Final = re.compile(r"[^\x00-\x7f]")


def outline(text: str) -> str:
    """Return a text of the same length with the same tokens in ASCII, a letter for each other character.

    The parser's scanner looks for the place of each token from the start where a text is more than ASCII.
    """
    return text if text.isascii() else _WIDE.sub("z", text)


def placer(sql: str, base: int = 0) -> Place:
    """Return what turns the parser's locations in `sql`, which count UTF-8 bytes, into offsets in the file.

    base: where `sql` stands in the file.
    """
    if sql.isascii():
        return base.__add__
    starts, shifts = [0], [0]
    for match in _WIDE.finditer(sql):
        extra = len(match[0].encode(errors="surrogatepass")) - 1
        shifts.append(shifts[-1] + extra)
        starts.append(match.end() + shifts[-1])
    return lambda location: base + location - shifts[bisect_right(starts, location) - 1]


def body_placer(text: str, body: str, start: int, end: int) -> Place:
    """Return what turns an offset in a body into one in the file, where its string is in text[start:end].

    A body in dollar quotes stands there as it is; one in single quotes has each quote in it twice.
    """
    found = text.find(body, start, end)
    if found >= 0:
        return found.__add__
    opening = max(text.find("'", start, end), start) + 1
    if text.startswith(body.replace("'", "''"), opening):
        return lambda offset: opening + offset + body.count("'", 0, offset)
    line_starts = [opening]  # with backslashes, or in pieces: true to the line
    while (after := text.find("\n", line_starts[-1], end)) >= 0:
        line_starts.append(after + 1)
    return lambda offset: line_starts[min(body.count("\n", 0, offset), len(line_starts) - 1)]


def moved(place: Place, shift: int) -> Place:
    """Return what adds `shift` to a location, never below 0, and gives it to another Place."""
    base = getattr(place, "__self__", None)
    if not isinstance(base, int):
        return lambda location: place(max(location + shift, 0))
    total = base + shift  # it only adds, so this can be done in one step
    return lambda location: total + location if location + shift > 0 else base
