"""Places: from the parser's locations to offsets in the file."""

from bisect import bisect_right
from collections.abc import Callable

Place = Callable[[int], int]


def placer(sql: str, base: int = 0) -> Place:
    """Return what turns the parser's locations in `sql`, which count UTF-8 bytes, into offsets in the file.

    base: where `sql` stands in the file.
    """
    if sql.isascii():
        return base.__add__
    starts, shifts = [0], [0]
    position = 0
    for character in sql:
        length = len(character.encode(errors="surrogatepass"))
        position += length
        if length > 1:
            starts.append(position)
            shifts.append(shifts[-1] + length - 1)
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
