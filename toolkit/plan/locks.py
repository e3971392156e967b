"""The locks that creating and dropping take, and what they mean for a database in use.

From the pages of the statements in the documentation of PostgreSQL and "Explicit Locking" there; a lock is on
the table or view that the object belongs to, or on itself.
"""

from typing import Final, NamedTuple

from toolkit.core.changes import Lock, Risk


class Effect(NamedTuple):
    """lock: None where none is taken on what is there already."""

    lock: Lock | None = None
    risk: Risk = Risk.SAFE


_CREATED: Final = {
    "CHECK CONSTRAINT": Effect(Lock.ACCESS_EXCLUSIVE, Risk.BLOCKS_WRITES),
    "CONSTRAINT": Effect(Lock.ACCESS_EXCLUSIVE, Risk.BLOCKS_WRITES),
    "DEFAULT": Effect(Lock.ACCESS_EXCLUSIVE),
    "FK CONSTRAINT": Effect(Lock.SHARE_ROW_EXCLUSIVE, Risk.BLOCKS_WRITES),
    "INDEX": Effect(Lock.SHARE, Risk.BLOCKS_WRITES),
    "POLICY": Effect(Lock.ACCESS_EXCLUSIVE),
    "PUBLICATION TABLE": Effect(Lock.SHARE_UPDATE_EXCLUSIVE),
    "ROW SECURITY": Effect(Lock.ACCESS_EXCLUSIVE),
    "RULE": Effect(Lock.ACCESS_EXCLUSIVE),
    "STATISTICS": Effect(Lock.SHARE_UPDATE_EXCLUSIVE),
    "TABLE ATTACH": Effect(Lock.SHARE_UPDATE_EXCLUSIVE, Risk.BLOCKS_WRITES),
    "TRIGGER": Effect(Lock.SHARE_ROW_EXCLUSIVE),
}
_DROPPED: Final = {
    "CHECK CONSTRAINT": Effect(Lock.ACCESS_EXCLUSIVE),
    "CONSTRAINT": Effect(Lock.ACCESS_EXCLUSIVE),
    "DEFAULT": Effect(Lock.ACCESS_EXCLUSIVE),
    "EXTENSION": Effect(None, Risk.LOSES_DATA),
    "FK CONSTRAINT": Effect(Lock.ACCESS_EXCLUSIVE),
    "FOREIGN TABLE": Effect(Lock.ACCESS_EXCLUSIVE, Risk.LOSES_DATA),
    "INDEX": Effect(Lock.ACCESS_EXCLUSIVE),
    "MATERIALIZED VIEW": Effect(Lock.ACCESS_EXCLUSIVE),
    "POLICY": Effect(Lock.ACCESS_EXCLUSIVE),
    "PUBLICATION TABLE": Effect(Lock.SHARE_UPDATE_EXCLUSIVE),
    "ROW SECURITY": Effect(Lock.ACCESS_EXCLUSIVE),
    "RULE": Effect(Lock.ACCESS_EXCLUSIVE),
    "SEQUENCE": Effect(None, Risk.LOSES_DATA),
    "STATISTICS": Effect(Lock.SHARE_UPDATE_EXCLUSIVE),
    "TABLE": Effect(Lock.ACCESS_EXCLUSIVE, Risk.LOSES_DATA),
    "TABLE ATTACH": Effect(Lock.ACCESS_EXCLUSIVE),
    "TRIGGER": Effect(Lock.ACCESS_EXCLUSIVE),
    "VIEW": Effect(Lock.ACCESS_EXCLUSIVE),
}


def effect_of_creating(kind: str, *, fresh: bool) -> Effect:
    """Return what creating an object does; fresh: what it belongs to is made by the same plan."""
    return Effect() if fresh else _CREATED.get(kind, Effect())


def effect_of_dropping(kind: str) -> Effect:
    """Return what dropping an object does."""
    return _DROPPED.get(kind, Effect())
