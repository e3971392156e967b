"""Rules about how objects are named: the prefix says what an object is for."""

from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.lint.file import File
from toolkit.lint.registry import Report, rule
from toolkit.source.facts import Constraint, Index, Rename, Routine, Table, Trigger, View

_SYSTEM = frozenset({"pg_catalog", "information_schema", "pg_temp", "toolkit"})
_CONSTRAINTS = {
    "primary key": "primary_key",
    "foreign key": "foreign_key",
    "unique": "unique",
    "check": "check",
    "exclusion": "exclusion",
}


def _begins(name: str, *allowed: tuple[str, ...]) -> bool:
    return any(name.startswith(prefixes) for prefixes in allowed)


def _report(start: int, what: str, name: str, *allowed: tuple[str, ...]) -> Report:
    words = " or ".join(prefix for prefixes in allowed for prefix in prefixes)
    return Report(start, f"the name of {what} {name} does not begin with {words}", f"Name it {words}….")


@rule("N01", Severity.ERROR, Table, Rename)
def table_prefix(fact: Table | Rename, file: File) -> Iterator[Report]:
    """Begin the name of a table with `tb_`, that of a projection table with `tv_`.

    Everybody sees what is written to and what is read. Temporary and foreign tables and partitions may have
    any name.

    Bad:
        CREATE TABLE customer (id int);

    Bad:
        CREATE TABLE app."User" AS SELECT 1 AS id;

    Good:
        CREATE TABLE TB_Customer (id int);

    Good:
        CREATE TEMP TABLE scratch (id int);
        CREATE TABLE customer_2026 PARTITION OF tb_customer DEFAULT;
    """
    names = file.settings.names
    if isinstance(fact, Rename):
        if fact.kind == "table" and not _begins(fact.new, names.table, names.projection):
            yield _report(fact.start, "table", fact.new, names.table, names.projection)
        return
    free = fact.temporary or fact.foreign or fact.partition_of or fact.name.schema in _SYSTEM
    if not free and not _begins(fact.name.name, names.table, names.projection):
        yield _report(fact.start, "table", fact.name.name, names.table, names.projection)


@rule("N02", Severity.ERROR, View)
def view_prefix(view: View, file: File) -> Iterator[Report]:
    """Begin the name of a view with `v_`.

    Bad:
        CREATE VIEW post_detail AS SELECT 1 AS id;

    Good:
        CREATE VIEW v_post AS SELECT 1 AS id;
        CREATE TEMP VIEW post AS SELECT 1 AS id;
    """
    names = file.settings.names
    free = view.materialized or view.temporary or view.name.schema in _SYSTEM
    if not free and not _begins(view.name.name, names.view):
        yield _report(view.start, "view", view.name.name, names.view)


@rule("N03", Severity.ERROR, View)
def materialized_view_prefix(view: View, file: File) -> Iterator[Report]:
    """Begin the name of a materialized view with `mv_`.

    Who reads it must know that it is as old as its last refresh.

    Bad:
        CREATE MATERIALIZED VIEW v_dashboard AS SELECT 1 AS id;

    Good:
        CREATE MATERIALIZED VIEW mv_dashboard AS SELECT 1 AS id;
    """
    names = file.settings.names
    if view.materialized and not _begins(view.name.name, names.materialized_view):
        yield _report(view.start, "materialized view", view.name.name, names.materialized_view)


@rule("N04", Severity.WARNING, Routine, bodies=False)
def routine_prefix(routine: Routine, file: File) -> Iterator[Report]:
    """Begin the name of a function or procedure with `fn_`.

    A trigger function may have the prefix of triggers.

    Bad:
        CREATE FUNCTION refresh_dashboard() RETURNS void LANGUAGE sql AS 'SELECT';

    Good:
        CREATE FUNCTION fn_create_post(p_title text) RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';

    Good:
        CREATE FUNCTION trg_stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    """
    names = file.settings.names
    allowed = [names.function]
    if routine.returns in ("trigger", "event_trigger"):
        allowed.append(names.trigger)
    if routine.name.schema not in _SYSTEM and not _begins(routine.name.name, *allowed):
        yield _report(routine.start, routine.kind, routine.name.name, *allowed)


@rule("N05", Severity.WARNING, Routine, bodies=False)
def parameter_prefix(routine: Routine, file: File) -> Iterator[Report]:
    """Begin the name of a parameter with `p_`.

    A parameter with the name of a column makes a statement of the body ambiguous, or true for every row.
    Names of OUT parameters and of the columns of TABLE are what a caller sees; they are free.

    Bad:
        CREATE FUNCTION fn_delete_post(id uuid) RETURNS void LANGUAGE sql AS 'SELECT';

    Good:
        CREATE FUNCTION fn_find(p_id uuid, VARIADIC p_tags text[], int, OUT title text) LANGUAGE sql
        AS 'SELECT NULL';

    Good:
        CREATE FUNCTION fn_list(p_size int) RETURNS TABLE (id uuid, data jsonb) LANGUAGE sql
        AS 'SELECT NULL, NULL';
    """
    prefixes = file.settings.names.parameter
    for parameter in routine.parameters:
        if parameter.mode in ("out", "table") or not parameter.name:
            continue
        if not parameter.name.startswith(prefixes):
            yield _report(parameter.start, "parameter", parameter.name, prefixes)


@rule("N06", Severity.WARNING, Routine, default=False)
def variable_prefix(routine: Routine, file: File) -> Iterator[Report]:
    """Begin the name of a variable with `v_`.

    Bad:
        CREATE FUNCTION fn_a() RETURNS int LANGUAGE plpgsql AS $$ DECLARE total int; BEGIN RETURN 1; END $$;

    Good:
        CREATE FUNCTION fn_a() RETURNS int LANGUAGE plpgsql AS $$
        DECLARE v_total int; v_row record;
        BEGIN FOR i IN 1..3 LOOP v_total := i; END LOOP; RETURN v_total; END $$;
    """
    prefixes = file.settings.names.variable
    for variable in routine.body.variables if routine.body else ():
        if not variable.name.startswith(prefixes):
            yield _report(variable.start, "variable", variable.name, prefixes)


@rule("N07", Severity.WARNING, Constraint)
def constraint_prefix(constraint: Constraint, file: File) -> Iterator[Report]:
    """Begin the name of a constraint with what it is: `pk_`, `fk_`, `uq_`, `ck_`, `ex_`.

    The name is what a service is told when a rule of the business is broken. A constraint without a name gets
    one from PostgreSQL and is not looked at here.

    Bad:
        CREATE TABLE tb_post (id int, CONSTRAINT post_id_positive CHECK (id > 0));

    Bad:
        ALTER TABLE tb_post ADD CONSTRAINT uq_post_author FOREIGN KEY (author) REFERENCES tb_user (id);

    Good:
        CREATE TABLE tb_post (id int CONSTRAINT pk_post PRIMARY KEY, CONSTRAINT uq_post_id UNIQUE (id));
    """
    if not constraint.name or constraint.kind not in _CONSTRAINTS:
        return
    prefixes: tuple[str, ...] = getattr(file.settings.names, _CONSTRAINTS[constraint.kind])
    if not constraint.name.startswith(prefixes):
        yield _report(constraint.start, f"{constraint.kind} constraint", constraint.name, prefixes)


@rule("N08", Severity.ERROR, Index)
def index_prefix(index: Index, file: File) -> Iterator[Report]:
    """Begin the name of an index with `idx_`, that of a unique one with `uq_` or `idx_`.

    Bad:
        CREATE INDEX post_author ON tb_post (author_id);

    Good:
        CREATE UNIQUE INDEX uq_post_title ON tb_post (lower(title));
        CREATE INDEX ON tb_post (author_id);
    """
    names = file.settings.names
    allowed = [names.unique, names.index] if index.unique else [names.index]
    if index.unique:
        allowed.append(names.primary_key)  # what ADD PRIMARY KEY USING INDEX needs
    if index.name and not _begins(index.name, *allowed):
        yield _report(index.start, "index", index.name, *allowed)


@rule("N09", Severity.WARNING, Trigger)
def trigger_prefix(trigger: Trigger, file: File) -> Iterator[Report]:
    """Begin the name of a trigger with `trg_`.

    Bad:
        CREATE TRIGGER stamp BEFORE UPDATE ON tb_post FOR EACH ROW EXECUTE FUNCTION fn_stamp();

    Good:
        CREATE TRIGGER trg_post_stamp BEFORE UPDATE ON tb_post FOR EACH ROW EXECUTE FUNCTION fn_stamp();
    """
    prefixes = file.settings.names.trigger
    if not trigger.name.startswith(prefixes):
        yield _report(trigger.start, "trigger", trigger.name, prefixes)
