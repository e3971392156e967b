"""What a client knows and decides, without a connection: the same for both clients."""

import logging
import os
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec
import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq.abc import PGresult

from toolkit.client import rows
from toolkit.client.calls import Bound, Calls, Routine
from toolkit.client.checks import Refused, check_text
from toolkit.client.documents import document_shape, type_of
from toolkit.client.errors import (
    ClientError,
    DocumentBroken,
    Fault,
    Internal,
    Invalid,
    Retryable,
    Unavailable,
    meant,
)
from toolkit.client.queries import Queries, read_models
from toolkit.client.translate import Translator
from toolkit.core.contract import Contract

CHECKS: Final = ("strict", "warn", "off")
DOCUMENTS: Final = ("raise", "warn", "off")
_FIRST_DELAY, _LONGEST_DELAY = 0.02, 1.0  # seconds
_LONGEST: Final = 2_000_000  # seconds; PostgreSQL counts milliseconds in 31 bits
_SETTING: Final = "app."
_SET: Final = "pg_catalog.set_config(%s, %s, true)"
_NOT_SUPPORTED: Final = "0A000"
_IDLE: Final = pq.TransactionStatus.IDLE
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_IN_DOCUMENT: Final = re.compile(r"Invalid enum value .*?(?=$| - at `)")
# Half of a surrogate pair, an integer of thousands of digits, a document that is nested as deeply.
_UNREADABLE: Final = (msgspec.DecodeError, RecursionError)
_log: Final = logging.getLogger("toolkit.client")

Connection = TypeVar("Connection", bound=psycopg.BaseConnection[Any])
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
        faults = [Fault(name, "is no name of a setting") for name in settings if not _NAME.fullmatch(name)]
        named = dict(self.settings)
        for name, value in settings.items():
            try:
                named[f"{_SETTING}{name}"] = "" if value is None else check_text(str(value))
            except Refused as refused:
                faults.append(Fault(name, str(refused)))
        if faults:
            raise Invalid(faults=faults)
        return self._replace(settings=tuple(named.items()))

    def with_timeout(self, seconds: float | None) -> "Context":
        """Return the context with that many seconds for a statement; raises Invalid for what are none."""
        if seconds is not None:
            _require_seconds("timeout", seconds)
        return self._replace(timeout=seconds)

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


class Held(Generic[Connection]):
    """The connection of a transaction for its sessions, as long as that is open.

    cursors: those on the server that are read.
    """

    def __init__(self, connection: Connection) -> None:
        """Take the connection."""
        self._connection: Connection | None = connection
        self.cursors: set[Any] = set()

    def connection(self) -> Connection:
        """Return the connection; raises Internal behind the end, when it may be somebody else's."""
        if self._connection is None:
            raise Internal("The transaction of this session has ended.")
        return self._connection

    def end(self) -> list[Any]:
        """Let nobody use the connection any more; return the cursors that are to be closed."""
        self._connection = None
        return list(self.cursors)


@dataclass(frozen=True, slots=True)
class Core:
    """The contract, ready to be asked. check_documents: what happens when one is not what it says."""

    contract: Contract
    calls: Calls
    models: Mapping[str, Queries]
    types: Mapping[str, Any]
    translator: Translator
    check_documents: str

    @classmethod
    def of(
        cls, contract: Contract, classes: Mapping[str, type[ClientError]] | None, schema: str, documents: str
    ) -> "Core":
        """Make everything that a contract allows; raises ValueError for names in it that are none."""
        return cls(
            contract,
            Calls.of(contract.commands, schema),
            read_models(contract.read_models, schema),
            {model.name: type_of(document_shape(model)) for model in contract.read_models},
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
            raise Invalid(faults=[Fault(name, f"is no read model of the contract{meant(name, self.models)}")])
        return found

    def document(self, name: str, result: PGresult, into: Any) -> Any:
        """Return the document of a result as `into`, None where there is none."""
        type_ = self.types[name] if into is dict else into
        try:
            return rows.document(result, type_)
        except _UNREADABLE as error:
            return self._as_it_is(name, error, lambda: rows.document(result, dict))

    def documents_of(self, name: str, result: PGresult, into: Any, most: int | None = None) -> Any:
        """Return the documents of a result as `into`, the first `most` of them."""
        type_ = self.types[name] if into is dict else into
        try:
            return rows.documents(result, type_, most)
        except _UNREADABLE as error:
            return self._as_it_is(name, error, lambda: rows.documents(result, dict, most))

    def each_of(self, name: str, result: PGresult, into: Any) -> Sequence[Any]:
        """Return the documents of a result one by one, as `into`."""
        if into is bytes:
            return rows.texts(result)
        found: list[Any] = self.documents_of(name, result, into)
        return found

    def returned(self, routine: Routine, result: PGresult) -> Any:
        """Return the JSON that a command gave as plain values."""
        read = rows.documents if routine.returned.many else rows.document
        try:
            return read(result, routine.returned.type)
        except _UNREADABLE as error:
            return self._as_it_is(routine.name, error, lambda: read(result, dict))

    def _as_it_is(self, name: str, error: Exception, read: Callable[[], Any]) -> Any:
        """Tell of a document that breaks the contract, as the setting says, and return it in plain values."""
        if isinstance(error, msgspec.ValidationError):
            self._report(name, error)
        try:
            return read()
        except _UNREADABLE as again:
            raise DocumentBroken(f"A document of {name} is no JSON that can be read.") from again

    def _report(self, name: str, error: msgspec.ValidationError) -> None:
        if self.check_documents == "off":
            return
        # What stands in the document is in no message.
        reason = _IN_DOCUMENT.sub("a value that is none of those allowed", str(error))
        message = f"A document of {name} is not what the contract says: {reason}."
        if self.check_documents == "raise":
            raise DocumentBroken(message) from error
        _log.warning(message)


def is_stale_plan(error: psycopg.Error) -> bool:
    """Tell whether a migration changed what a prepared statement returns: nothing ran.

    Source: RevalidateCachedQuery in PostgreSQL's plancache.c; its SQLSTATE is that of anything unsupported.
    """
    return error.sqlstate == _NOT_SUPPORTED and error.diag.source_function == "RevalidateCachedQuery"


def is_idle(connection: psycopg.BaseConnection[Any]) -> bool:
    """Tell whether no transaction is open."""
    return connection.pgconn.transaction_status == _IDLE


def delay(attempt: int) -> float:
    """Return the seconds to wait before the attempt after this one (from 1): doubled each time, at random."""
    longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (attempt - 1))
    return random.uniform(longest / 2, longest)  # noqa: S311 - to spread the attempts, no secret


def may_retry(error: ClientError, attempt: int, attempts: int) -> bool:
    """Tell whether a whole transaction may be tried again after an error."""
    stale = isinstance(error.__cause__, psycopg.Error) and is_stale_plan(error.__cause__)
    return attempt < attempts and (isinstance(error, Retryable) or stale)


def refusal(error: psycopg.Error, conninfo: str) -> str | None:
    """Return why no connection could be made, in words that are safe to show: whether a server is there.

    None where it is about to start, or to stop, which passes.
    """
    state = pq.Ping.NO_RESPONSE
    if not isinstance(error, psycopg.errors.ConnectionTimeout):  # libpq waits while all other threads do
        state = pq.Ping(pq.PGconn.ping(make_conninfo(conninfo, connect_timeout=1).encode()))
    if state == pq.Ping.REJECT:
        return None
    if state == pq.Ping.OK:
        return (
            "The server refuses the connection; its words are in the error's cause. Look at the user, the "
            "password and the database of the connection string, and at the server's pg_hba.conf and limits."
        )
    return "No server answers: is it running, and are host and port of the connection string right?"


def text_of(target: object, *others: type) -> str:
    """Return the connection string that was given, DATABASE_URL for None.

    Raises Unavailable where that is not set, TypeError for what is no text; others: what might be given, too.
    """
    if isinstance(target, str):
        return target
    if target is not None:
        names = " or ".join(each.__name__ for each in others)
        raise TypeError(f"target must be a connection string, {names}, not {type(target).__name__}")
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise Unavailable("No database is named: set DATABASE_URL, or give a connection string.")
    return url


def connection_options(
    conninfo: str, timeout: float | None, wait: float, prepare_threshold: int | None
) -> dict[str, Any]:
    """Return what the connections of the client's own pool are made with.

    Autocommit, so that a call is one message; transactions are begun where they are asked for. A server that
    does not answer is waited for no longer than for a free connection, unless libpq was told how long.
    Raises ValueError for a connection string that is none, Invalid for a `wait` that is no time.
    """
    _require_seconds("wait", wait)
    try:
        named = conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError:  # whose words can quote the password
        raise ValueError(
            "the connection string is malformed: give postgresql://…, whatever the driver, or key=value pairs"
        ) from None
    options: dict[str, Any] = {"autocommit": True, "prepare_threshold": prepare_threshold}
    if "connect_timeout" not in named and not os.environ.get("PGCONNECT_TIMEOUT"):
        options["connect_timeout"] = max(1, round(wait))
    if timeout is not None:
        # libpq does not look at PGOPTIONS beside options.
        given = named.get("options") or os.environ.get("PGOPTIONS")
        ours = f"-c statement_timeout={_milliseconds(timeout)}"
        options["options"] = f"{given} {ours}" if given else ours
    return options


def _require_seconds(name: str, seconds: float) -> None:
    good = isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds <= _LONGEST
    if not good:
        raise Invalid(faults=[Fault(name, f"must be seconds, more than 0 and at most {_LONGEST}")])


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))


def require(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Raise ValueError for a value that is none of the choices."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
