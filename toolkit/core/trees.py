"""What PostgreSQL knows about relations, types and routines, with the analysed trees of their queries.

Objects go by their OIDs, as the trees do. `toolkit.catalog.trees` reads these values for `toolkit.shape`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

SYSTEM_SCHEMA = "pg_catalog"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column of a relation or of a composite type.

    not_null: a validated constraint says so. loose: its collation takes different texts for equal.
    """

    number: int
    name: str
    type: int
    typmod: int
    not_null: bool
    comment: str = ""
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, a view or a composite type.

    kind: pg_class.relkind. name: qualified where it stands outside the schema of the project. secured: row
    level security may hide rows. parents: oids of the tables it inherits from or is a partition of.
    """

    oid: int
    schema: str
    name: str
    kind: str
    type: int
    secured: bool
    columns: tuple[Attribute, ...]
    parents: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Type:
    """A type. kind: pg_type.typtype. name: as format_type has it. labels: of an enum, with their oids.

    element: of an array, else 0. base, base_typmod: under a domain. relation: of a composite type.
    json_cast: to_jsonb prints it by a cast to json.
    """

    oid: int
    name: str
    kind: str
    element: int = 0
    base: int = 0
    base_typmod: int = -1
    not_null: bool = False
    relation: int = 0
    json_cast: bool = False
    labels: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter or a result column of a routine. mode: pg_proc.proargmodes."""

    name: str
    type: int
    mode: str = "i"


@dataclass(frozen=True, slots=True)
class Routine:
    """A function, an aggregate or a procedure.

    kind: pg_proc.prokind. returns: the type of its result; many: of each row. arguments: empty for what
    comes with PostgreSQL. defaults: how many of the last parameters have one. tree: the text of the analysed
    tree of its body; empty where that is not SQL or can't be analysed.
    """

    oid: int
    schema: str
    name: str
    kind: str
    language: str
    strict: bool
    volatility: str
    returns: int
    many: bool
    arguments: tuple[Argument, ...] = ()
    defaults: int = 0
    tree: str = ""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key that holds at any time: validated, enforced, not deferrable. Columns by their numbers."""

    relation: int
    columns: tuple[int, ...]
    target: int
    target_columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A validated CHECK of a relation and its children, or of a domain; tree: the text of its tree.

    owner: the oid of the relation or the domain.
    """

    owner: int
    tree: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A database as far as shapes need it; mappings go by oid.

    queries: the tree of a view's query by its relation. formats: of types with their modifier, as format_type
    has them.
    """

    major: int
    relations: Mapping[int, Relation]
    types: Mapping[int, Type]
    routines: Mapping[int, Routine]
    operators: Mapping[int, str]
    foreign_keys: tuple[ForeignKey, ...]
    checks: tuple[Check, ...]
    queries: Mapping[int, str]
    formats: Mapping[tuple[int, int], str]
