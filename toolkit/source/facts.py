"""What SQL text says, as plain values that know nothing of the parser: definitions, changes, bodies.

As in `toolkit.source.queries`, every fact starts with the offset of what it speaks of, and names are folded
and have a schema.
"""

from typing import Final, NamedTuple

from toolkit.source.queries import Expression, QualifiedName, Query, Uses, Write

NAMED_BY_SERVICES: Final = frozenset({
    "table", "foreign table", "view", "materialized view", "function", "procedure", "routine", "aggregate",
    "type", "domain", "schema",
})  # fmt: skip
"""The kinds of objects that a service may name in its own SQL, as in Drop.kind."""

# Definitions


class Statement(NamedTuple):
    """A statement from start to end (exclusive), without its `;`; word: its first word in capitals."""

    start: int
    end: int
    word: str


class Column(NamedTuple):
    """A column that CREATE TABLE makes or ADD COLUMN adds (`added`); type as text with its modifier."""

    start: int
    table: QualifiedName
    name: str
    type: str
    not_null: bool = False
    default: Expression | None = None
    identity: bool = False
    generated: str = ""  # "", "stored" or "virtual"
    added: bool = False
    if_not_exists: bool = False


class Constraint(NamedTuple):
    """A constraint of a table or of a column.

    kind: primary key, foreign key, unique, check, exclusion, not null. name: "" where PostgreSQL makes one.
    columns: that it is about, "" for an expression; of a CHECK those it mentions. references: of a foreign
    key. added: by ALTER TABLE to a table that is there; inline: written in the definition of a column.
    using_index: of ADD … USING INDEX. expression: of a CHECK. validated: False for NOT VALID.
    """

    start: int
    table: QualifiedName
    kind: str
    name: str
    columns: tuple[str, ...]
    references: QualifiedName | None = None
    referenced: tuple[str, ...] = ()
    expression: Expression | None = None
    validated: bool = True
    using_index: str = ""
    added: bool = False
    inline: bool = False
    on_domain: bool = False  # table is then the domain


class Table(NamedTuple):
    """CREATE TABLE, with its columns and constraints; query: of CREATE TABLE AS. like: what it copies."""

    start: int
    name: QualifiedName
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...]
    temporary: bool = False
    unlogged: bool = False
    foreign: bool = False
    partition_of: QualifiedName | None = None
    partitioned: bool = False
    inherits: tuple[QualifiedName, ...] = ()
    query: Query | None = None
    if_not_exists: bool = False
    uses: Uses = Uses()
    like: tuple[QualifiedName, ...] = ()


class View(NamedTuple):
    """CREATE [MATERIALIZED] VIEW; columns: the names given in parentheses behind its name."""

    start: int
    name: QualifiedName
    query: Query
    columns: tuple[str, ...] = ()
    materialized: bool = False
    temporary: bool = False
    replace: bool = False
    options: tuple[str, ...] = ()
    populated: bool = True
    uses: Uses = Uses()


class Index(NamedTuple):
    """CREATE INDEX; columns: "" for an expression. included: of INCLUDE. name: "" where not given."""

    start: int
    name: str
    table: QualifiedName
    columns: tuple[str, ...]
    unique: bool = False
    concurrently: bool = False
    partial: bool = False
    method: str = "btree"
    if_not_exists: bool = False
    included: tuple[str, ...] = ()
    only: bool = False


class Trigger(NamedTuple):
    """CREATE TRIGGER; timing: before, after or instead of. events: insert, update, delete, truncate."""

    start: int
    name: str
    table: QualifiedName
    function: QualifiedName
    row: bool
    timing: str
    events: tuple[str, ...]


class Parameter(NamedTuple):
    """A parameter of a routine; mode: in, out, inout, variadic or table. name: "" where it has none."""

    start: int
    name: str
    type: str
    mode: str
    default: bool = False


class Routine(NamedTuple):
    """CREATE FUNCTION or PROCEDURE.

    returns: the type as text, "" for none and "trigger" among others; set: SETOF or TABLE. settings: (name,
    value as text) of SET. identity: the name with the types that tell it from its overloads. options: where
    its options stand, by the parser's name of them (security, volatility …). end: where its `;` stands, -1
    where it has none.
    """

    start: int
    name: QualifiedName
    identity: str
    kind: str  # function or procedure
    parameters: tuple[Parameter, ...]
    returns: str
    set: bool
    language: str
    volatility: str  # volatile, stable or immutable
    definer: bool
    settings: tuple[tuple[str, str], ...]
    body: "Body | None"
    replace: bool = False
    uses: Uses = Uses()
    options: tuple[tuple[str, int], ...] = ()
    end: int = -1


class Declared(NamedTuple):
    """Any other object that is made: kind in small letters (enum type, domain, sequence, schema …).

    labels: of an enum type; columns: of a composite type.
    """

    start: int
    kind: str
    name: QualifiedName
    labels: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


class Do(NamedTuple):
    """A DO block."""

    start: int
    body: "Body | None"
    uses: Uses = Uses()


# Changes


class Alteration(NamedTuple):
    """One subcommand of ALTER TABLE (or VIEW, INDEX …; `object` says).

    kind: as in PostgreSQL's grammar in small letters: add column, drop column, alter column type, set not
    null, drop not null, column default, add constraint, validate constraint, drop constraint, attach
    partition, detach partition and so on. name: the column or constraint. type: the new type.
    """

    start: int
    object: str
    table: QualifiedName
    kind: str
    name: str = ""
    type: str = ""
    column: Column | None = None
    constraint: Constraint | None = None
    using: Expression | None = None
    concurrently: bool = False
    cascade: bool = False
    if_exists: bool = False
    partition: QualifiedName | None = None
    default: Expression | None = None


class Rename(NamedTuple):
    """ALTER … RENAME.

    kind: of what (table, column, view, index, constraint and so on). part: the old name of a column.
    """

    start: int
    kind: str
    name: QualifiedName
    part: str
    new: str


class Drop(NamedTuple):
    """DROP of one object; kind in small letters. parent: the table of a trigger, policy or rule.

    routine: the identity of a function as Routine has it, without the types where they are not written.
    """

    start: int
    kind: str
    name: QualifiedName
    parent: QualifiedName | None = None
    cascade: bool = False
    concurrently: bool = False
    if_exists: bool = False
    routine: str = ""


class Refresh(NamedTuple):
    """REFRESH MATERIALIZED VIEW."""

    start: int
    name: QualifiedName
    concurrently: bool = False
    with_data: bool = True


class Grant(NamedTuple):
    """GRANT or REVOKE (granted False), one per object; kind: table, function, schema, sequence.

    privileges: in small letters, "all" for ALL. grantees: role names, "public" for PUBLIC. routine: its
    identity as Routine has it. default: ALTER DEFAULT PRIVILEGES. everything: ALL … IN SCHEMA.
    """

    start: int
    granted: bool
    privileges: tuple[str, ...]
    kind: str
    name: QualifiedName
    grantees: tuple[str, ...]
    routine: str = ""
    default: bool = False
    everything: bool = False


class Setting(NamedTuple):
    """SET or RESET of a parameter; value as text. local: SET LOCAL."""

    start: int
    name: str
    value: str
    local: bool


class Transaction(NamedTuple):
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT and so on, in small letters."""

    start: int
    kind: str


class Other(NamedTuple):
    """A statement with no fact of its own that rules may still have to know; word as in Statement.

    kind is the object's or the variant's: for REINDEX and VACUUM, ALTER TYPE … ADD VALUE and so on.
    """

    start: int
    word: str
    kind: str = ""
    name: QualifiedName | None = None
    flags: frozenset[str] = frozenset()


# Bodies


class Variable(NamedTuple):
    """A variable of a PL/pgSQL block; record: of type record or a row type. default: its initial value."""

    start: int
    name: str
    type: str
    record: bool = False
    constant: bool = False
    default: Expression | None = None


class Step(NamedTuple):
    """A statement of a body.

    kind: block, assign, if, case, loop, exit, return, return query, return next, raise, assert, sql, execute,
    perform, call, open, fetch, close, diagnostics, commit, rollback, null; execute is whatever runs SQL that
    is text, FOR, OPEN and RETURN QUERY too.
    facts: what its SQL says: Query, Write, Refresh, Expression (of IF, RETURN, assign …) and so on.
    branches: the lists of statements in it: of a block its statements, of IF each branch in order (ELSE
    last). handlers: of a block with EXCEPTION. into: the targets of INTO, or the target of an assignment.
    strict: of INTO STRICT. level: of RAISE (exception, warning, notice …). condition: name or SQLSTATE that
    RAISE gives. options: of RAISE … USING, (name in small letters, value). bare: a RAISE that raises again.
    """

    start: int
    kind: str
    facts: tuple["Fact", ...] = ()
    branches: tuple[tuple["Step", ...], ...] = ()
    handlers: tuple["Handler", ...] = ()
    into: tuple[str, ...] = ()
    strict: bool = False
    level: str = ""
    condition: str = ""
    options: tuple[tuple[str, Expression], ...] = ()
    bare: bool = False


class Handler(NamedTuple):
    """WHEN … THEN of an EXCEPTION clause; conditions in small letters."""

    start: int
    conditions: tuple[str, ...]
    steps: tuple[Step, ...]


class Body(NamedTuple):
    """The body of a routine or of DO. In language sql each statement is a step of kind sql."""

    start: int
    language: str
    variables: tuple[Variable, ...]
    steps: tuple[Step, ...]


class Problem(NamedTuple):
    """Something that could not be read: kind is syntax, body, psql, template, encoding or unreadable.

    message is in the parser's words.
    """

    start: int
    kind: str
    message: str


Fact = (
    Statement | Query | Write | Expression | Table | View | Column | Constraint | Index | Trigger | Routine
    | Declared | Do | Alteration | Rename | Drop | Refresh | Grant | Setting | Transaction | Other | Problem
)  # fmt: skip
