"""Rules about the habits of a house: they are off until they are selected."""

from collections import defaultdict
from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.lint.file import File
from toolkit.lint.registry import Report, rule, tree_rule
from toolkit.lint.tree import Tree
from toolkit.source.facts import Column, Constraint, Index, Routine, Table
from toolkit.source.queries import QualifiedName

_INTEGERS = frozenset({"smallint", "integer", "bigint"})


@rule("N15", Severity.WARNING, Table, default=False)
def three_keys(table: Table, file: File) -> Iterator[Report]:
    """Give each table of the write model a number for joins and a uuid for services.

    `pk_user` is an identity and the primary key, `id` a unique uuid, and columns of foreign keys are named
    `fk_…`.

    Bad:
        CREATE TABLE tb_user (id uuid PRIMARY KEY);

    Bad:
        CREATE TABLE tb_post (pk_post int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid UNIQUE,
            author int REFERENCES tb_user (pk_user));

    Good:
        CREATE TABLE tb_post (pk_post bigint GENERATED ALWAYS AS IDENTITY,
            id uuid NOT NULL DEFAULT gen_random_uuid(), fk_user int REFERENCES tb_user (pk_user),
            CONSTRAINT pk_post PRIMARY KEY (pk_post), CONSTRAINT uq_post_id UNIQUE (id));
    """
    prefix = next(
        (prefix for prefix in file.settings.names.table if table.name.name.startswith(prefix)), None
    )
    if prefix is None or table.temporary or table.partition_of or table.inherits or not table.columns:
        return
    constraints = _of_file(file).constraints[table.name]
    columns = {column.name: column for column in table.columns}
    number = f"pk_{table.name.name.removeprefix(prefix)}"
    if not (_is_number(columns.get(number)) and _is_key(number, ("primary key",), constraints)):
        yield Report(
            table.start,
            f"{table.name.name} has no {number}",
            f"Add {number}, an identity and the primary key.",
        )
    uuid = columns.get("id")
    unique = _is_key("id", ("unique", "primary key"), constraints) or _is_indexed("id", table, file)
    if uuid is None or uuid.type != "uuid" or not unique:
        yield Report(table.start, f"{table.name.name} has no unique uuid id", "Add id uuid NOT NULL UNIQUE.")
    for constraint in constraints:
        for name in constraint.columns if constraint.kind == "foreign key" else ():
            if not name.startswith("fk_"):
                yield Report(constraint.start, f"the foreign key {name} is not named fk_…", "Name it fk_….")


def _is_number(column: Column | None) -> bool:
    serial = column is not None and "serial" in column.type
    return column is not None and (serial or (column.identity and column.type in _INTEGERS))


class _Memory:
    """The constraints and indexes of the file that was asked about last, by table."""

    file: File | None = None
    constraints: defaultdict[QualifiedName, list[Constraint]]
    indexes: defaultdict[QualifiedName, list[Index]]


_memory = _Memory()


def _of_file(file: File) -> _Memory:
    if _memory.file is not file:
        _memory.file, _memory.constraints, _memory.indexes = file, defaultdict(list), defaultdict(list)
        for fact in file.facts:
            if isinstance(fact, Constraint):
                _memory.constraints[fact.table].append(fact)
            elif isinstance(fact, Index):
                _memory.indexes[fact.table].append(fact)
    return _memory


def _is_key(name: str, kinds: tuple[str, ...], constraints: list[Constraint]) -> bool:
    return any(one.kind in kinds and one.columns == (name,) for one in constraints)


def _is_indexed(name: str, table: Table, file: File) -> bool:
    indexes = _of_file(file).indexes[table.name]
    return any(index.unique and not index.partial and index.columns == (name,) for index in indexes)


@rule("N16", Severity.WARNING, Column, default=False)
def suffix_of_times(column: Column, file: File) -> Iterator[Report]:  # noqa: ARG001
    """End the name of a point in time with `_at`, that of a day with `_date` or `_on`.

    Bad:
        CREATE TABLE tb_post (published timestamptz);

    Bad:
        ALTER TABLE tb_post ADD COLUMN due date;

    Good:
        CREATE TABLE tb_post (published_at timestamptz(3), due_date date, born_on date, opens time);
    """
    if column.type.startswith("timestamp"):
        suffixes: tuple[str, ...] = ("_at",)
    else:
        suffixes = ("_date", "_on") if column.type == "date" else ("",)
    if not column.name.endswith(suffixes):
        words = " or ".join(suffixes)
        yield Report(column.start, f"{column.name} does not end with {words}", f"Name it …{words}.")


@rule("Q09", Severity.WARNING, Routine, default=False)
def query_functions_read_the_read_model(routine: Routine, file: File) -> Iterator[Report]:
    """Read views in functions for queries, not tables of the write model.

    A query function is STABLE or IMMUTABLE.

    Bad:
        CREATE FUNCTION fn_get_post(p_id uuid) RETURNS text LANGUAGE sql STABLE
        AS 'SELECT title FROM tb_post WHERE id = p_id';

    Good:
        CREATE FUNCTION fn_get_post(p_id uuid) RETURNS jsonb LANGUAGE sql STABLE
        AS 'SELECT data FROM v_post WHERE id = p_id';
        CREATE FUNCTION fn_touch_post(p_id uuid) RETURNS void LANGUAGE sql
        AS 'UPDATE tb_post SET touched_at = now() WHERE id = p_id';
    """
    if routine.volatility == "volatile" or routine.returns == "trigger":
        return
    for use in routine.uses.reads:
        if use.name.name.startswith(file.settings.names.table):
            yield Report(use.start, f"{routine.name.name} reads {use.name.name}", "Read a view instead.")


@tree_rule("Q11", Severity.WARNING, default=False)
def projections_are_filled(tree: Tree) -> Iterator[Report]:
    """Write a function that fills each projection table.

    Bad:
        CREATE TABLE tv_post (id uuid PRIMARY KEY, data jsonb);

    Good:
        CREATE TABLE tv_post (id uuid PRIMARY KEY, data jsonb);
        CREATE FUNCTION fn_refresh_post() RETURNS void LANGUAGE sql
        AS 'INSERT INTO tv_post (id, data) SELECT id, data FROM v_post';
    """
    filled = {
        use.name for found in tree.routines.values() for _, routine in found for use in routine.uses.writes
    }
    for name, tables in tree.tables.items():
        path, table = tables[0]
        if (
            name.name.startswith(tree.settings.names.projection)
            and name not in filled
            and not table.temporary
        ):
            yield Report(table.start, f"no function writes {name.name}", "Add one that fills it.", path=path)


@tree_rule("Q15", Severity.WARNING, default=False, bodies=False)
def foreign_keys_have_an_index(tree: Tree) -> Iterator[Report]:
    """Give the columns of a foreign key an index.

    Without one each DELETE of a row that is referred to reads the whole table, and keeps its locks meanwhile.

    Bad:
        CREATE TABLE tb_post (id int PRIMARY KEY, author_id int REFERENCES tb_user (id));

    Good:
        CREATE TABLE tb_post (id int PRIMARY KEY, author_id int REFERENCES tb_user (id));
        CREATE INDEX idx_post_author ON tb_post (author_id, id);

    Good:
        CREATE TABLE tb_like (post_id int REFERENCES tb_post (id), tag int, PRIMARY KEY (post_id, tag));
    """
    for name, tables in tree.tables.items():
        for path, table in tables:
            indexed = [index.columns for _, index in tree.indexes.get(name, ())]
            indexed += [one.columns for one in table.constraints if one.kind in ("primary key", "unique")]
            for constraint in table.constraints:
                columns = constraint.columns
                fits = any(set(found[: len(columns)]) == set(columns) for found in indexed)
                if constraint.kind == "foreign key" and not fits:
                    yield Report(
                        constraint.start,
                        f"no index begins with {', '.join(columns)}",
                        f"Add an index of {name.name} on it.",
                        path=path,
                    )
