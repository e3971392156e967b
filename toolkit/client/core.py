"""What a client knows and decides, without a connection: the same for both clients."""

import logging
import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec
import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from toolkit.client import rows
from toolkit.client.calls import Bound, Calls, Routine
from toolkit.client.checks import Refused, check_text
from toolkit.client.errors import ClientError, DocumentBroken, Fault, Invalid, Retryable, Unavailable
from toolkit.client.queries import Queries, read_models
from toolkit.client.translate import Translator
from toolkit.core.contract import Contract

CHECKS: Final = ("strict", "warn", "off")
DOCUMENTS: Final = ("raise", "warn", "off")
_FIRST_DELAY, _LONGEST_DELAY = 0.02, 1.0  # seconds
_SETTING: Final = "app."
_SET: Final = "pg_catalog.set_config(%s, %s, true)"
_NOT_SUPPORTED: Final = "0A000"
_log: Final = logging.getLogger("toolkit.client")

Cursor = psycopg.Cursor[Any] | psycopg.AsyncCursor[Any]


class Context(NamedTuple):
    """What holds for the calls of a session: settings by name, and seconds for a statement."""

    settings: tuple[tuple[str, str], ...] = ()
    timeout: float | None = None

    @property
    def is_set(self) -> bool:
        """Whether anything has to be set before a statement."""
        return bool(self.settings) or self.timeout is not None

    @property
    def user_only(self) -> str | None:
        """The acting user, where nothing else is set."""
        if len(self.settings) == 1 and self.timeout is None and self.settings[0][0] == "app.user_id":
            return self.settings[0][1]
        return None

    def with_settings(self, settings: Mapping[str, object]) -> "Context":
        """Return the context with more settings; their names get app. before them, and None is empty.

        Raises Invalid for a value that no setting can hold.
        """
        faults = []
        named = dict(self.settings)
        for name, value in settings.items():
            try:
                named[f"{_SETTING}{name}"] = "" if value is None else check_text(str(value))
            except Refused as refused:
                faults.append(Fault(name, str(refused)))
        if faults:
            raise Invalid(faults=faults)
        return self._replace(settings=tuple(named.items()))

    def statement(self) -> tuple[bytes, list[str]]:
        """Return the SELECT that makes the settings for the transaction; its row is what was there before."""
        pairs = self._pairs()
        read = ["pg_catalog.current_setting(%s, true)"] * len(pairs)
        text = f"SELECT {', '.join([*read, *[_SET] * len(pairs)])}"
        return text.encode(), [name for name, _ in pairs] + [text for pair in pairs for text in pair]

    def restoring(self, before: Sequence[Any]) -> tuple[bytes, list[Any]]:
        """Return the SELECT that puts back what `statement` has found."""
        pairs = self._pairs()
        values = [each for place, (name, _) in enumerate(pairs) for each in (name, before[place])]
        return f"SELECT {', '.join([_SET] * len(pairs))}".encode(), values

    def _pairs(self) -> list[tuple[str, str]]:
        if self.timeout is None:
            return list(self.settings)
        return [*self.settings, ("statement_timeout", _milliseconds(self.timeout))]


@dataclass(frozen=True, slots=True)
class Core:
    """The contract, ready to be asked. documents: what happens when one is not what the contract says."""

    contract: Contract
    calls: Calls
    models: Mapping[str, Queries]
    translator: Translator
    documents: str

    @classmethod
    def of(
        cls, contract: Contract, classes: Mapping[str, type[ClientError]] | None, schema: str, documents: str
    ) -> "Core":
        """Make everything that a contract allows; raises ValueError for names in it that are none."""
        return cls(
            contract,
            Calls.of(contract.commands, schema),
            read_models(contract.read_models, schema),
            Translator(contract.commands, classes),
            documents,
        )

    def bind(self, name: str, arguments: Mapping[str, Any]) -> Bound:
        """Return the call of a function; raises Invalid, or the application's class of it, for wrong ones."""
        try:
            return self.calls.bind(name, arguments)
        except Invalid as invalid:
            raise self.translator.refused(invalid) from None

    def queries(self, name: str) -> Queries:
        """Return the questions of a read model; raises Invalid where there is no such one."""
        found = self.models.get(name)
        if found is None:
            raise Invalid(
                faults=[Fault(name, f"is no read model of the contract; it has {len(self.models)}")]
            )
        return found

    def result(self, routine: Routine, cursor: Cursor, found: list[Any]) -> Any:
        """Return what a call gave: a value, a list of values, a row as a dict, a list of rows, or None.

        found: the rows of the cursor, empty where the routine gives documents.
        """
        if routine.json and cursor.pgresult is not None:
            read = rows.documents if routine.kind == "values" else rows.document
            return read(cursor.pgresult, dict)
        if routine.kind == "value":
            return found[0][0] if found else None
        if routine.kind == "values":
            return [row[0] for row in found]
        names = [column.name for column in cursor.description or ()]
        dicts = [dict(zip(names, row, strict=True)) for row in found]
        if routine.kind == "rows":
            return dicts
        return None if not dicts or all(value is None for value in dicts[0].values()) else dicts[0]

    def document(self, name: str, result: pq.abc.PGresult, into: Any) -> Any:
        """Return the document of a result as `into`, None where there is none."""
        return self._read(name, lambda type_: rows.document(result, type_), into)

    def documents_of(self, name: str, result: pq.abc.PGresult, into: Any, most: int | None = None) -> Any:
        """Return the documents of a result as `into`, the first `most` of them."""
        return self._read(name, lambda type_: rows.documents(result, type_, most), into)

    def _read(self, name: str, read: Callable[[Any], Any], into: Any) -> Any:
        """Read as `into`; what is none is told as the setting says, and comes as plain values then."""
        try:
            return read(into)
        except msgspec.ValidationError as error:
            message = f"A document of {name} is not what the contract says: {error}."
            if self.documents == "raise":
                raise DocumentBroken(message) from error
            if self.documents == "warn":
                _log.warning(message)
            return read(dict)


def is_stale_plan(error: psycopg.Error) -> bool:
    """Tell whether a migration changed what a prepared statement returns: nothing ran.

    Source: RevalidateCachedQuery in PostgreSQL's plancache.c; its SQLSTATE is that of anything unsupported.
    """
    return error.sqlstate == _NOT_SUPPORTED and error.diag.source_function == "RevalidateCachedQuery"


def is_idle(connection: psycopg.BaseConnection[Any]) -> bool:
    """Tell whether no transaction is open."""
    return connection.pgconn.transaction_status == pq.TransactionStatus.IDLE


def delay(attempt: int) -> float:
    """Return the seconds to wait before the attempt after this one (from 1): doubled each time, at random."""
    longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (attempt - 1))
    return random.uniform(longest / 2, longest)  # noqa: S311 - to spread the attempts, no secret


def may_retry(error: ClientError, attempt: int, attempts: int) -> bool:
    """Tell whether a whole transaction may be tried again after an error."""
    stale = isinstance(error.__cause__, psycopg.Error) and is_stale_plan(error.__cause__)
    return attempt < attempts and (isinstance(error, Retryable) or stale)


def default_target() -> str:
    """Return DATABASE_URL; raises Unavailable where it is not set."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise Unavailable("No database is named: set DATABASE_URL, or give a connection string.")
    return url


def connection_options(conninfo: str, timeout: float | None, prepare_threshold: int | None) -> dict[str, Any]:
    """Return what the connections of the client's own pool are made with.

    Autocommit, so that a call is one message; transactions are begun where they are asked for.
    Raises ValueError for a connection string that is none.
    """
    try:
        given = conninfo_to_dict(conninfo).get("options")
    except psycopg.ProgrammingError as error:
        raise ValueError(f"the connection string is malformed: {error}") from None
    options: dict[str, Any] = {"autocommit": True, "prepare_threshold": prepare_threshold}
    if timeout is not None:
        ours = f"-c statement_timeout={_milliseconds(timeout)}"
        options["options"] = f"{given} {ours}" if given else ours
    return options


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))


def require(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Raise ValueError for a value that is none of the choices."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
