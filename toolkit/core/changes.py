"""A plan: the steps from one catalog to another, each with its SQL, its risk and the lock it takes."""

from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum
from typing import NamedTuple


class Action(StrEnum):
    """What a step does to its object. A rebuild is two steps: a drop and, later, a create, both so called."""

    CREATE = "create"
    REPLACE = "replace"
    ALTER = "alter"
    RENAME = "rename"
    REBUILD = "rebuild"
    DROP = "drop"


class Risk(IntEnum):
    """What a step can do to a database in use; the larger number is worse."""

    SAFE = 0
    BLOCKS_WRITES = 1
    REWRITES_TABLE = 2
    LOSES_DATA = 3

    @property
    def words(self) -> str:
        """The risk as people read it."""
        return self.name.lower().replace("_", " ")


class Lock(Enum):
    """A lock on a table, by PostgreSQL's name for its mode."""

    ACCESS_SHARE = "ACCESS SHARE"
    ROW_SHARE = "ROW SHARE"
    ROW_EXCLUSIVE = "ROW EXCLUSIVE"
    SHARE_UPDATE_EXCLUSIVE = "SHARE UPDATE EXCLUSIVE"
    SHARE = "SHARE"
    SHARE_ROW_EXCLUSIVE = "SHARE ROW EXCLUSIVE"
    EXCLUSIVE = "EXCLUSIVE"
    ACCESS_EXCLUSIVE = "ACCESS EXCLUSIVE"


class ObjectKey(NamedTuple):
    """The identity of an object: kind and name as pg_dump has them, such as VIEW, public, v_post.

    schema is empty for what stands in none. The name of a routine holds the types of its parameters.
    """

    kind: str
    schema: str
    name: str

    def __str__(self) -> str:
        qualifier = f"{self.schema}." if self.schema else ""
        return f"{self.kind.lower()} {qualifier}{self.name}"


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one object.

    why: the reason, such as "depends on v_user.email" or "column bio is new". sql: statements without
    semicolons. lock: the strongest one that is taken on a table that exists already, None where none is.
    transactional: False for what must run alone, outside a transaction; its statements are then safe to run
    again. by_hand: what a person has to write at this place, such as how to fill a column; None where
    nothing is missing.
    """

    action: Action
    object: ObjectKey
    why: str
    sql: tuple[str, ...]
    risk: Risk = Risk.SAFE
    lock: Lock | None = None
    transactional: bool = True
    by_hand: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order in which they run; none where the two catalogs are equal.

    possible_renames: what is dropped and what is created in its place and looks alike, to ask about.
    """

    steps: tuple[Step, ...]
    possible_renames: tuple[tuple[ObjectKey, ObjectKey], ...] = ()

    @property
    def risk(self) -> Risk:
        """The worst risk of a step."""
        return max((step.risk for step in self.steps), default=Risk.SAFE)
