"""What can go wrong with a call or a read, as a service sees it.

The tree under ClientError tells by class what a caller can do about it. What the database itself says is only
in `__cause__`: its words may hold values of other people, so they are in no message.
"""

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from toolkit.errors import ToolkitError


class Fault(NamedTuple):
    """One thing wrong with a call or a query.

    place: an argument, a key of `where`, an option. rule: the constraint that would refuse it, if it is one.
    """

    place: str
    message: str
    rule: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class ClientError(ToolkitError):
    """The database refused."""

    code = None

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        sqlstate: str | None = None,
        constraint: str | None = None,
    ) -> None:
        """Build the error.

        message: safe to show. code: the application's, from errors.toml; that of the class where None.
        sqlstate: PostgreSQL's five characters. constraint: the name of the rule that was broken.
        """
        super().__init__(message)
        if code is not None:
            self.code = code
        self.sqlstate = sqlstate
        self.constraint = constraint


class Invalid(ClientError):
    """A value is not allowed."""

    def __init__(
        self,
        message: str | None = None,
        *,
        faults: Sequence[Fault] = (),
        code: str | None = None,
        sqlstate: str | None = None,
        constraint: str | None = None,
    ) -> None:
        """Build the error; faults: all that was found wrong before the database was asked."""
        self.faults = tuple(faults)
        if message is None and faults:
            message = "; ".join(map(str, faults))
            message += "" if message.endswith("?") else "."
        super().__init__(message, code=code, sqlstate=sqlstate, constraint=constraint)


class Conflict(ClientError):
    """It conflicts with what is there already."""


class NotFound(ClientError):
    """It is not there."""


class Forbidden(ClientError):
    """The acting user may not do that."""


class AuthRequired(ClientError):
    """Nobody is acting."""


class Rejected(ClientError):
    """A rule of the business forbids it."""


class Retryable(ClientError):
    """The transaction was rolled back because of others; it can be tried again as a whole."""


class SerializationFailure(Retryable):
    """The transaction could not be put in order with others at the same time."""


class Deadlock(Retryable):
    """The transaction and another one waited for each other."""


class TimedOut(ClientError):
    """It took longer than it may; nothing was changed."""


class Unavailable(ClientError):
    """The database can't be reached, or the connection was lost."""


class OutcomeUnknown(Unavailable):
    """The connection was lost while the transaction was being committed: it may have happened or not."""


class ContractMismatch(ClientError):
    """The database is not what the contract says."""


class DocumentBroken(ClientError):
    """A document is not what the contract says."""


class Internal(ClientError):
    """The database failed in a way that no argument explains."""


def meant(name: str, known: Iterable[str]) -> str:
    """Return a text that names one of those that are known, where it may have been meant."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
