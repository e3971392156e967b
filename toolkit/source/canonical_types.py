"""The definitions of types and sequences as pg_dump writes them; see `toolkit.source.canonical`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from toolkit.source.canonical import NotNull, read_not_null
from toolkit.source.cursor import Cursor, items, statements


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a composite type."""

    name: str
    type: str
    collation: str = ""


@dataclass(frozen=True, slots=True)
class Type:
    """A type; labels: of an enum, as literals. attributes: of a composite type.

    form: enum, composite, range, base or shell.
    """

    name: str
    form: str
    labels: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain; default: empty where there is none. checks: what follows CONSTRAINT name, by name."""

    name: str
    type: str
    collation: str = ""
    default: str = ""
    not_null: NotNull | None = None
    checks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence; clauses: how ALTER SEQUENCE says each option, by the option's first words.

    identity: ALWAYS or BY DEFAULT, empty where it is of no identity column; table and column are then its.
    """

    name: str
    clauses: Mapping[str, str]
    unlogged: bool = False
    identity: str = ""
    table: str = ""
    column: str = ""


def read_type(definition: str) -> Type:
    """Return the type of an entry TYPE or SHELL TYPE."""
    cursor = Cursor(definition)
    cursor.take("CREATE", "TYPE")
    name = cursor.name()
    if cursor.take("AS", "ENUM"):
        return Type(name, "enum", labels=tuple(items(cursor.group())))
    if cursor.take("AS", "RANGE"):
        return Type(name, "range")
    if cursor.take("AS"):
        return Type(
            name, "composite", attributes=tuple(_read_attribute(item) for item in items(cursor.group()))
        )
    return Type(name, "base" if cursor.at("(") else "shell")


def _read_attribute(text: str) -> Attribute:
    cursor = Cursor(text)
    return Attribute(cursor.word(), cursor.until("COLLATE"), cursor.name() if cursor.take("COLLATE") else "")


def read_domain(definition: str) -> Domain:
    """Return the domain of an entry DOMAIN."""
    cursor = Cursor(definition)
    cursor.take("CREATE", "DOMAIN")
    name = cursor.name()
    cursor.take("AS")
    ends = ("COLLATE", "CONSTRAINT", "NOT", "DEFAULT")
    type_ = cursor.until(*ends)
    collation, default, constraint = "", "", ""
    not_null: NotNull | None = None
    checks: dict[str, str] = {}
    while not cursor.done:
        if cursor.take("COLLATE"):
            collation = cursor.name()
        elif cursor.take("DEFAULT"):
            default = cursor.until(*ends)
        elif cursor.take("CONSTRAINT"):
            constraint = cursor.word()
        elif cursor.take("NOT", "NULL"):
            not_null = read_not_null(constraint, cursor)
        else:
            checks[constraint] = cursor.until("CONSTRAINT")
    return Domain(name, type_, collation, default, not_null, checks)


_CLAUSES = ("AS", "START", "INCREMENT", "NO", "MINVALUE", "MAXVALUE", "CACHE", "CYCLE")


def read_sequence(definition: str) -> Sequence:
    """Return the sequence of an entry SEQUENCE."""
    cursor, *others = (Cursor(statement) for statement in statements(definition))
    table = column = identity = ""
    unlogged = False
    if cursor.take("ALTER", "TABLE"):
        table = cursor.name()
        cursor.take("ALTER", "COLUMN")
        column = cursor.word()
        cursor.take("ADD", "GENERATED")
        identity = cursor.until("AS")
        cursor.take("AS", "IDENTITY")
        cursor = Cursor(cursor.group())
        cursor.take("SEQUENCE", "NAME")
        unlogged = any(
            other.take("ALTER", "SEQUENCE") and other.name() and other.at("SET", "UNLOGGED")
            for other in others
        )
    else:
        cursor.take("CREATE")
        unlogged = cursor.take("UNLOGGED")
        cursor.take("SEQUENCE")
    name = cursor.name()
    clauses: dict[str, str] = {}
    while not cursor.done:
        first = cursor.word()
        what = cursor.word() if first == "NO" else first
        clauses[what] = " ".join(
            part for part in (first, what if first == "NO" else "", cursor.until(*_CLAUSES)) if part
        )
    return Sequence(name, clauses, unlogged, identity, table, column)
