"""Constants in node trees: from the bytes that PostgreSQL keeps to text, lists and JSON.

The layouts are those of the server's headers: varatt.h (little endian), utils/array.h, utils/jsonb.h and
numeric.c. Servers on big-endian machines are not supported.
"""

import struct
from decimal import Decimal
from typing import Any

_SHORT_NUMERIC, _SPECIAL = 0x8000, 0xC000
_SPECIALS = {0xC000: "NaN", 0xD000: "Infinity", 0xF000: "-Infinity"}
_ARRAY_HEADER = 16  # length, dimensions, offset of the data, type of an element
_JSON_COUNT, _JSON_SCALAR, _JSON_OBJECT = 0x0FFFFFFF, 0x10000000, 0x20000000
_ENTRY_KIND, _ENTRY_IS_OFFSET, _ENTRY_LENGTH = 0x70000000, 0x80000000, 0x0FFFFFFF
_STRING, _NUMERIC, _FALSE, _TRUE, _NULL = (kind << 28 for kind in range(5))


def body(data: bytes) -> bytes:
    """Return what a value of variable length holds, without its header of one or four bytes."""
    return data[1 : data[0] >> 1] if data[0] & 1 else data[4 : struct.unpack_from("<I", data)[0] >> 2]


def integer(data: bytes, size: int) -> int:
    """Return a signed integer of `size` bytes; a datum passed by value has eight."""
    return int.from_bytes(data[:size], "little", signed=True)


def numeric(data: bytes) -> str:
    """Return the text of a numeric whose header is removed."""
    header = struct.unpack_from("<H", data)[0]
    if header & _SPECIAL == _SPECIAL:
        return _SPECIALS[header & 0xF000]
    if header & _SHORT_NUMERIC:
        negative, scale, weight, start = header & 0x2000, (header & 0x1F80) >> 7, header & 0x3F, 2
        if header & 0x40:
            weight -= 0x40
    else:
        negative, scale, start = header & 0x4000, header & 0x3FFF, 4
        weight = struct.unpack_from("<h", data, 2)[0]
    digits = struct.unpack_from(f"<{(len(data) - start) // 2}H", data, start)
    number = 0
    for digit in digits:
        number = number * 10000 + digit
    shift = 4 * (weight + 1 - len(digits)) + scale
    units = number * 10**shift if shift >= 0 else number // 10**-shift
    text = str(units).rjust(scale + 1, "0")
    whole, fraction = text[: len(text) - scale], text[len(text) - scale :]
    return ("-" if negative else "") + whole + ("." if scale else "") + fraction


def array(data: bytes, size: int) -> list[bytes | None]:
    """Return the elements of an array of any dimensions, headers and all; None for NULL.

    size: bytes of one element, -1 where that varies.
    """
    dimensions, offset = struct.unpack_from("<ii", data, 4)
    if not dimensions:
        return []
    count = 1
    for length in struct.unpack_from(f"<{dimensions}i", data, _ARRAY_HEADER):
        count *= length
    start = _ARRAY_HEADER + 8 * dimensions
    place = offset or (start + 7) // 8 * 8
    elements: list[bytes | None] = []
    for i in range(count):
        if offset and not data[start + i // 8] >> i % 8 & 1:
            elements.append(None)
            continue
        short = size < 0 and data[place] & 1
        align = 1 if short else 4 if size < 0 else size
        place = (place + align - 1) // align * align
        length = size
        if size < 0:
            length = data[place] >> 1 if short else struct.unpack_from("<I", data, place)[0] >> 2
        elements.append(data[place : place + length])
        place += length
    return elements


def dimensions(data: bytes) -> int:
    """Return how many dimensions an array has; an empty one has none."""
    found: int = struct.unpack_from("<i", data, 4)[0]
    return found


def has_nulls(data: bytes) -> bool:
    """Tell whether an array may hold NULL."""
    return bool(struct.unpack_from("<i", data, 8)[0])


def jsonb(data: bytes) -> Any:  # noqa: ANN401 - whatever the document is
    """Return a jsonb whose header is removed as Python has JSON; numbers are Decimal."""
    return _container(data, 0)


def _container(data: bytes, start: int) -> Any:  # noqa: ANN401
    header = struct.unpack_from("<I", data, start)[0]
    count, is_object = header & _JSON_COUNT, bool(header & _JSON_OBJECT)
    entries = struct.unpack_from(f"<{count * (1 + is_object)}I", data, start + 4)
    place = base = start + 4 + 4 * len(entries)
    values = []
    for entry in entries:
        length = entry & _ENTRY_LENGTH
        end = base + length if entry & _ENTRY_IS_OFFSET else place + length
        values.append(_entry(data, entry & _ENTRY_KIND, place, end))
        place = end
    if is_object:
        return dict(zip(values[:count], values[count:], strict=True))
    return values[0] if header & _JSON_SCALAR else values


def _entry(data: bytes, kind: int, start: int, end: int) -> Any:  # noqa: ANN401
    aligned = (start + 3) // 4 * 4
    if kind == _STRING:
        return data[start:end].decode()
    if kind == _NUMERIC:
        return Decimal(numeric(body(data[aligned:end])))
    if kind in (_FALSE, _TRUE):
        return kind == _TRUE
    return None if kind == _NULL else _container(data, aligned)
