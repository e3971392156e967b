"""The rights in an entry ACL or DEFAULT ACL, taken apart; see `toolkit.source.canonical`."""

from dataclasses import dataclass
from typing import NamedTuple

from toolkit.source.cursor import Cursor, items, statements


class Right(NamedTuple):
    """One privilege, such as SELECT, UPDATE(a) or ALL; grantor: empty for the owner of the object."""

    grantor: str
    grantee: str
    privilege: str
    grantable: bool = False


@dataclass(frozen=True, slots=True)
class Rights:
    """What differs from the rights that an object has by default, each in the order in which it is written.

    prefix: how the statements begin, ALTER DEFAULT PRIVILEGES … for default privileges. target: what follows
    ON. revoked: of the default. granted: beyond it, or again after all of a role was revoked.
    """

    prefix: str = ""
    target: str = ""
    revoked: tuple[Right, ...] = ()
    granted: tuple[Right, ...] = ()


def read_rights(definition: str) -> Rights:
    """Return the rights of an entry ACL or DEFAULT ACL."""
    prefix, target, grantor = "", "", ""
    revoked: list[Right] = []
    granted: list[Right] = []
    for statement in statements(definition):
        cursor = Cursor(statement)
        if cursor.take("SET", "SESSION", "AUTHORIZATION"):
            grantor = cursor.word()
        elif cursor.take("RESET"):
            grantor = ""
        else:
            prefix = cursor.until("GRANT", "REVOKE")
            found = granted if cursor.word() == "GRANT" else revoked
            privileges = cursor.until("ON")
            cursor.word()
            target = cursor.until("TO", "FROM")
            cursor.word()
            grantee = cursor.until("WITH")
            grantable = cursor.take("WITH", "GRANT", "OPTION")
            found += [Right(grantor, grantee, privilege, grantable) for privilege in items(privileges)]
    return Rights(prefix, target, tuple(revoked), tuple(granted))
