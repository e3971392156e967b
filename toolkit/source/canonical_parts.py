"""What belongs to a table and has an entry of its own, taken apart; see `toolkit.source.canonical`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from toolkit.source.canonical import read_options
from toolkit.source.cursor import Cursor, items, statements


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint of a table or a domain.

    only: ALTER TABLE ONLY, which pg_dump does not write for a foreign key of a partitioned table. body: what
    follows its name. kind: its first word, such as PRIMARY. others: further statements, as CLUSTER ON.
    """

    table: str
    name: str
    body: str
    only: bool
    domain: bool
    others: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The first word of the body: CHECK, EXCLUDE, FOREIGN, NOT, PRIMARY or UNIQUE."""
        return self.body.split(None, 1)[0]

    @property
    def columns(self) -> list[str]:
        """The columns of a key, as written."""
        cursor = Cursor(self.body)
        cursor.take(self.kind)
        cursor.take("KEY")
        cursor.take("NULLS", "NOT", "DISTINCT")
        return [item.removesuffix(" WITHOUT OVERLAPS") for item in items(cursor.group())]


@dataclass(frozen=True, slots=True)
class Index:
    """An index; name without schema, table qualified. only: of a partitioned table, without its partitions.

    body: what follows the table, but for WITH (…); options: that. others: further statements.
    """

    name: str
    table: str
    unique: bool
    only: bool
    body: tuple[str, str]
    options: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A row security policy; roles: as written, empty for PUBLIC. using, check: empty where there is none."""

    name: str
    table: str
    restrictive: bool = False
    command: str = ""
    roles: str = ""
    using: str = ""
    check: str = ""


def read_constraint(definition: str) -> Constraint:
    """Return the constraint of an entry CONSTRAINT, FK CONSTRAINT or CHECK CONSTRAINT."""
    first, *others = statements(definition)
    cursor = Cursor(first)
    cursor.take("ALTER")
    domain = cursor.take("DOMAIN")
    cursor.take("FOREIGN")
    cursor.take("TABLE")
    only = cursor.take("ONLY")
    table = cursor.name()
    cursor.take("ADD", "CONSTRAINT")
    return Constraint(table, cursor.word(), cursor.until(), only, domain, tuple(others))


def read_index(definition: str) -> Index:
    """Return the index of an entry INDEX."""
    first, *others = statements(definition)
    cursor = Cursor(first)
    cursor.take("CREATE")
    unique = cursor.take("UNIQUE")
    cursor.take("INDEX")
    name = cursor.word()
    cursor.take("ON")
    only = cursor.take("ONLY")
    table = cursor.name()
    head = cursor.until("WITH")
    options = read_options(cursor.group()) if cursor.take("WITH") else {}
    return Index(name, table, unique, only, (head, cursor.until()), options, tuple(others))


def read_policy(definition: str) -> Policy:
    """Return the policy of an entry POLICY."""
    cursor = Cursor(definition)
    cursor.take("CREATE", "POLICY")
    name = cursor.word()
    cursor.take("ON")
    return Policy(
        name,
        cursor.name(),
        cursor.take("AS", "RESTRICTIVE"),
        cursor.word() if cursor.take("FOR") else "",
        cursor.until("USING", "WITH") if cursor.take("TO") else "",
        cursor.group() if cursor.take("USING") else "",
        cursor.group() if cursor.take("WITH", "CHECK") else "",
    )
