"""Results as libpq has them, decoded once for all rows into what a service works with."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from types import GenericAlias
from typing import Any, Final

import msgspec
from psycopg.pq.abc import PGresult

_PLAIN: Final = msgspec.json.Decoder(float_hook=Decimal)


@cache
def _decoder(type_: Any, *, many: bool) -> Callable[[bytes], Any]:
    """Return what decodes a document, or a JSON array of documents, into values of a type."""
    one = Any if type_ is dict else type_
    return msgspec.json.Decoder(GenericAlias(list, (one,)) if many else one, float_hook=Decimal).decode


def documents(result: PGresult, into: Any, most: int | None = None) -> Any:
    """Return the documents in the first column of a result, in order; the first `most` of them.

    into: a type of msgspec; dict for plain values, in which numbers with a point become Decimal; or bytes for
    one JSON array as it comes. Raises msgspec.ValidationError where a document is no value of the type.
    """
    array = b"[" + b",".join(texts(result, most)) + b"]"
    return array if into is bytes else _decoder(into, many=True)(array)


def texts(result: PGresult, most: int | None = None) -> list[bytes]:
    """Return the JSON of each document in the first column of a result, in order; the first `most`."""
    get = result.get_value
    count = result.ntuples if most is None else min(most, result.ntuples)
    return [get(row, 0) or b"null" for row in range(count)]


def document(result: PGresult, into: Any) -> Any:
    """Return the document in the first row and column, None where there is none; into as in `documents`."""
    value = result.get_value(0, 0) if result.ntuples else None
    if value is None or into is bytes:
        return value
    return _decoder(into, many=False)(value)


def decode(text: str | bytes) -> Any:
    """Return a JSON text as plain values, with Decimal for numbers with a point."""
    return _PLAIN.decode(text)
