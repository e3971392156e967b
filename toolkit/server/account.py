"""The operating-system account that the embedded servers run under; PostgreSQL refuses to run as root."""

import os
import pwd
from dataclasses import dataclass
from typing import Any

from toolkit.errors import ServerAccountError

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """Who the server runs as. switch: we are root and the server's processes have to change to it."""

    name: str
    uid: int
    gid: int
    switch: bool

    def popen_options(self) -> dict[str, Any]:
        """Return the keyword arguments that make subprocess run a child under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}


def server_account() -> Account:
    """Return ourselves, or for root the user `postgres`, else `nobody`; raises ServerAccountError."""
    uid = os.geteuid()
    if uid:
        try:
            return Account(pwd.getpwuid(uid).pw_name, uid, os.getegid(), switch=False)
        except KeyError as error:
            raise ServerAccountError(
                f"User id {uid} has no entry in the passwd database, and PostgreSQL needs one.",
                remedy="Add the entry, or set DATABASE_URL to use another server.",
            ) from error
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid, switch=True)
    raise ServerAccountError(
        f"PostgreSQL does not run as root, and none of the users {', '.join(_CANDIDATES)} exists.",
        remedy="Add one, run as an ordinary user, or set DATABASE_URL to use another server.",
    )


def refusal(account: Account, error: OSError) -> ServerAccountError:
    """Return the error for a root that may not hand files or processes to the account (a container's)."""
    return ServerAccountError(
        f"PostgreSQL does not run as root, and switching to user {account.name} failed: {error.strerror}.",
        remedy="Run as an ordinary user, or set DATABASE_URL to use another server.",
    )
