"""Queries and writes as plain values: what SELECT, INSERT, UPDATE, DELETE and MERGE say.

Every value starts with `start`, the place of what it speaks of: the 0-based offset of its first character in
the text of the file. Names are folded as PostgreSQL folds them; a name that is written without a schema has
the schema of the settings. They are tuples: cheap to make, to compare and to send to another process.
"""

from typing import NamedTuple


class QualifiedName(NamedTuple):
    """The name of a relation, routine or type."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


class Expression(NamedTuple):
    """A value expression.

    kind and what it says:
    - column: name, and the relation's alias as qualifier; star: `*` or `qualifier.*`
    - constant: its text as name, its type as qualifier (text, integer, float, boolean, bit, null)
    - call: name, schema or "" as qualifier, args; flags of star, distinct, filter, over, variadic
    - operator: name, args; boolean: name (and, or, not), args
    - cast: name (the type as text), args; coalesce: args; case: args are the results, the default last
    - subquery: name (exists, any, all, expr, array, multiexpr), query
    - using: the columns of JOIN … USING as name, "" for NATURAL
    - array, row: args; parameter: name is its number; other: args, anything else
    also: what is evaluated beside the args without becoming part of the value: conditions, FILTER, ORDER BY.
    """

    start: int
    kind: str
    name: str = ""
    qualifier: str = ""
    args: tuple["Expression", ...] = ()
    also: tuple["Expression", ...] = ()
    query: "Query | None" = None
    flags: frozenset[str] = frozenset()


class Output(NamedTuple):
    """One item of a SELECT list or of RETURNING; name is PostgreSQL's, "?column?" where it finds none."""

    start: int
    name: str
    value: Expression


class Source(NamedTuple):
    """One item of FROM.

    relation: the table or view, None for anything else and for a name that WITH made (`common`).
    query: of a subquery. calls: of functions in FROM. alias: the name it goes by, "" where there is none.
    columns: the names that the alias gives. optional: on the side of an outer join that may be all NULL.
    """

    start: int
    relation: QualifiedName | None
    common: str
    query: "Query | None"
    calls: tuple[Expression, ...]
    alias: str
    columns: tuple[str, ...]
    optional: bool


class CommonTable(NamedTuple):
    """One query of a WITH clause."""

    start: int
    name: str
    columns: tuple[str, ...]
    query: "Query | Write"
    recursive: bool


class Query(NamedTuple):
    """A SELECT, VALUES or TABLE.

    branches: the two sides of a set operation; then outputs and sources are empty. values: the rows of
    VALUES. conditions: WHERE, HAVING, ON, GROUP BY, ORDER BY, LIMIT and window definitions. locks: the
    strength of FOR UPDATE and so on, "" without. where, grouped: whether there is a WHERE, a GROUP BY.
    into: the table of SELECT … INTO.
    """

    start: int
    outputs: tuple[Output, ...]
    sources: tuple[Source, ...] = ()
    common: tuple[CommonTable, ...] = ()
    branches: tuple["Query", ...] = ()
    values: tuple[tuple[Expression, ...], ...] = ()
    conditions: tuple[Expression, ...] = ()
    locks: str = ""
    where: bool = False
    into: QualifiedName | None = None
    grouped: bool = False


class Write(NamedTuple):
    """An INSERT, UPDATE, DELETE, MERGE or TRUNCATE: kind is that word in small letters.

    columns: those of INSERT. query: the rows of INSERT, None for DEFAULT VALUES. assignments: (column, value)
    of SET, also of ON CONFLICT and MERGE. inserted: (column, value) pairs of MERGE's INSERT. on_conflict: "",
    "nothing" or "update". sources: FROM and USING. returning: the outputs of RETURNING.
    """

    start: int
    kind: str
    table: QualifiedName
    alias: str = ""
    columns: tuple[str, ...] = ()
    query: Query | None = None
    assignments: tuple[tuple[str, Expression], ...] = ()
    inserted: tuple[tuple[str, Expression], ...] = ()
    on_conflict: str = ""
    sources: tuple[Source, ...] = ()
    common: tuple[CommonTable, ...] = ()
    conditions: tuple[Expression, ...] = ()
    where: bool = False
    returning: tuple[Output, ...] = ()


class Use(NamedTuple):
    """That something is mentioned: a relation read or written, a routine called."""

    start: int
    name: QualifiedName
    arguments: int = 0  # of a call


class Uses(NamedTuple):
    """What a query, a view or a body mentions, at any depth; what WITH names is left out.

    refreshes: materialized views. raises: the constraint names that RAISE … USING CONSTRAINT gives.
    """

    reads: tuple[Use, ...] = ()
    writes: tuple[Use, ...] = ()
    calls: tuple[Use, ...] = ()
    refreshes: tuple[Use, ...] = ()
    raises: tuple[Use, ...] = ()
