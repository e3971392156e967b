"""Results as libpq has them, decoded once for all rows into what a service works with."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from psycopg import pq

T = TypeVar("T")

_PLAIN: Final = msgspec.json.Decoder(float_hook=Decimal)
_PLAIN_LIST: Final = msgspec.json.Decoder(list[Any], float_hook=Decimal)


@cache
def _decoder(type_: Any, *, many: bool) -> Callable[[bytes], Any]:
    """Return what decodes a document, or a JSON array of documents, into values of a type."""
    if type_ is dict:
        return (_PLAIN_LIST if many else _PLAIN).decode
    return msgspec.json.Decoder(list[type_] if many else type_).decode


def documents(result: pq.abc.PGresult, into: Any, most: int | None = None) -> Any:
    """Return the documents in the first column of a result, in order; the first `most` of them.

    into: dict (numbers with a point become Decimal), a msgspec type, or bytes for one JSON array as it comes.
    Raises msgspec.ValidationError where a document is no value of the type.
    """
    get = result.get_value
    count = result.ntuples if most is None else min(most, result.ntuples)
    array = b"[" + b",".join([get(row, 0) or b"null" for row in range(count)]) + b"]"
    return array if into is bytes else _decoder(into, many=True)(array)


def document(result: pq.abc.PGresult, into: Any) -> Any:
    """Return the document in the first row and column, None where there is none; into as in `documents`."""
    value = result.get_value(0, 0) if result.ntuples else None
    if value is None or into is bytes:
        return value
    return _decoder(into, many=False)(value)


def decode(text: str | bytes) -> Any:
    """Return a JSON text as plain values, with Decimal for numbers with a point."""
    return _PLAIN.decode(text)
