"""From what psycopg raises to what a service can act on: by SQLSTATE and constraint, never by a message."""

from collections.abc import Iterable, Mapping
from typing import Final

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from toolkit.client.errors import (
    AuthRequired,
    ClientError,
    Conflict,
    ContractMismatch,
    Deadlock,
    Forbidden,
    Internal,
    Invalid,
    NotFound,
    OutcomeUnknown,
    Rejected,
    SerializationFailure,
    TimedOut,
    Unavailable,
)
from toolkit.core.contract import INTERNAL, Command

# Source of the codes: PostgreSQL's documentation, appendix "PostgreSQL Error Codes".
_BY_SQLSTATE: Final[dict[str, type[ClientError]]] = {
    "02000": NotFound,
    "P0002": NotFound,
    "23502": Invalid,
    "23503": Conflict,
    "23505": Conflict,
    "23514": Invalid,
    "23P01": Conflict,
    "25006": Unavailable,  # a standby, or one that was promoted away
    "40001": SerializationFailure,
    "40003": OutcomeUnknown,
    "40P01": Deadlock,
    "42703": ContractMismatch,
    "42704": ContractMismatch,
    "42804": ContractMismatch,
    "42883": ContractMismatch,
    "42P01": ContractMismatch,
    "55P03": TimedOut,
    "57014": TimedOut,
    "25P03": TimedOut,
    "25P04": TimedOut,
    "P0001": Rejected,
}
_BY_CLASS: Final[dict[str, type[ClientError]]] = {
    "08": Unavailable,
    "22": Invalid,
    "23": Conflict,
    "40": SerializationFailure,
    "53": Unavailable,
    "57": Unavailable,
}
# What is wrong with how the client is used, not with what was asked for.
_ADVICE: Final = {
    "25P02": "The transaction has failed before: what may fail needs a transaction() of its own in it.",
    "2D000": (
        "The procedure commits or rolls back itself, which it can't inside of a transaction: call it on the "
        "database alone, without transaction(), a user or a timeout of the session."
    ),
}
_LOST: Final = ("57P01", "57P02", "57P05")  # the server ended the session
# Errors that are only what their class says where a rule of ours was named: others mean a missing grant.
_WITH_RULE: Final[dict[str, type[ClientError]]] = {"28000": AuthRequired, "42501": Forbidden}


class Translator:
    """Knows the rules of a contract and the classes that an application has for its codes."""

    def __init__(
        self, commands: Iterable[Command], classes: Mapping[str, type[ClientError]] | None = None
    ) -> None:
        """Take the codes from the errors of the commands; classes: by code."""
        self._codes = {
            error.rule: error.code for command in commands for error in command.errors if error.rule
        }
        self._classes = dict(classes or {})

    def knows(self, constraint: str) -> bool:
        """Tell whether a constraint is a rule of the contract."""
        return constraint in self._codes

    def translate(
        self, error: psycopg.Error, *, committing: bool = False, constraint: str | None = None
    ) -> ClientError:
        """Return the error for the service; the cause is set by whoever raises it.

        committing: it happened while a transaction was being committed. constraint: the root's name of a
        constraint of a partition, where it is another than the server gave.
        """
        sqlstate = error.sqlstate
        if sqlstate is None:
            return self._without_sqlstate(error, committing=committing)
        if committing and (sqlstate in _LOST or sqlstate.startswith("08")):
            return OutcomeUnknown(sqlstate=sqlstate)
        name = constraint or error.diag.constraint_name or None
        if name is None and sqlstate == "23502":
            name = error.diag.column_name or None
        code = self._codes.get(name or "") or None
        kind = self._kind(sqlstate, name)
        if sqlstate in _ADVICE:
            return Internal(_ADVICE[sqlstate], sqlstate=sqlstate)
        if code is not None and code in self._classes:
            kind = self._classes[code]
        return kind(_message(kind, code, name), code=code, sqlstate=sqlstate, constraint=name)

    def refused(self, invalid: Invalid) -> Invalid:
        """Return what a call is refused with before the database is asked: what that would have said, too.

        Where all faults have one code of the application, it is an error with that code, of its class.
        """
        rules = {fault.rule for fault in invalid.faults}
        codes = {self._codes.get(rule, "") for rule in rules}
        code = codes.pop() if len(codes) == 1 else ""
        kind = self._classes.get(code, Invalid)
        if not code or not issubclass(kind, Invalid):
            return invalid
        return kind(faults=invalid.faults, code=code, constraint=rules.pop() if len(rules) == 1 else None)

    def _kind(self, sqlstate: str, constraint: str | None) -> type[ClientError]:
        if self._codes.get(constraint or "") == INTERNAL:
            return Internal
        if sqlstate in _WITH_RULE:
            return _WITH_RULE[sqlstate] if constraint in self._codes else Internal
        other = Rejected if self._codes.get(constraint or "") else Internal
        return _BY_SQLSTATE.get(sqlstate) or _BY_CLASS.get(sqlstate[:2], other)

    def _without_sqlstate(self, error: psycopg.Error, *, committing: bool) -> ClientError:
        """Judge an error of the driver: no answer, or a value that it can't send."""
        if isinstance(error, PoolTimeout | TooManyRequests):
            return Unavailable("No connection could be made, or became free, in time.")
        if isinstance(error, PoolClosed):
            return Unavailable("The pool of connections is closed.")
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return OutcomeUnknown() if committing else Unavailable()
        if isinstance(error, psycopg.DataError | psycopg.ProgrammingError):
            return Invalid("A value can't be sent to the database.")
        return Internal()


def _message(kind: type[ClientError], code: str | None, name: str | None) -> str:
    """Return the sentence of the class, with the code that tells more than it."""
    sentence = (kind.__doc__ or "").splitlines()[0]
    said = code or name
    return f"{sentence.rstrip('.')} ({said})." if said else sentence
