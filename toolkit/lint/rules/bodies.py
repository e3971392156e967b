"""Rules about the bodies of functions: errors, rights."""

import re
from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.core.keywords import is_plain
from toolkit.lint.file import File, Role
from toolkit.lint.registry import Edit, Fix, Report, rule
from toolkit.lint.steps import steps_of, walk
from toolkit.source.facts import Do, Handler, Other, Routine, Step, Table
from toolkit.source.queries import Expression, QualifiedName, Query

_AGGREGATES = frozenset({
    "array_agg", "avg", "bit_and", "bit_or", "bool_and", "bool_or", "count", "every", "json_agg",
    "json_object_agg", "jsonb_agg", "jsonb_object_agg", "max", "min", "mode", "percentile_cont",
    "percentile_disc", "stddev", "string_agg", "sum", "variance", "xmlagg",
})  # fmt: skip

_PLAIN = re.compile(r'(?P<name>"[^"]+"|[\w$]+)(?!\s*\.|[\w$])')  # a name with nothing qualified behind it


@rule("P01", Severity.WARNING, Routine, Do)
def raise_with_a_code(fact: Routine | Do, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Give RAISE EXCEPTION a code.

    Without ERRCODE or a condition every error is P0001, and a service has to read the English text to tell
    one from another.

    Bad:
        CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'gone'; END $$;

    Bad:
        DO $$ BEGIN IF true THEN RAISE 'no % left', 3 USING HINT = 'later'; END IF; END $$;

    Good:
        CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'gone' USING ERRCODE = 'P0002', CONSTRAINT = 'rule_post_exists';
        END $$;

    Good:
        DO $$ BEGIN
            RAISE NOTICE 'soon'; RAISE unique_violation; RAISE SQLSTATE '22023';
        EXCEPTION WHEN division_by_zero THEN RAISE; END $$;
    """
    for step in steps_of(fact):
        coded = step.bare or step.condition or any(name == "errcode" for name, _ in step.options)
        if step.kind == "raise" and step.level == "exception" and not coded:
            yield Report(
                step.start,
                "RAISE EXCEPTION gives no code",
                "Add USING ERRCODE = '…', and CONSTRAINT = '…' for a rule of the business.",
            )


@rule("P02", Severity.ERROR, Routine, bodies=False)
def search_path_of_definers(routine: Routine, file: File) -> Iterator[Report]:
    """Pin the search_path of a SECURITY DEFINER function.

    Otherwise its caller says where the names in it are looked up, and runs own code with the rights of the
    owner.

    Bad:
        CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';

    Bad:
        CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql SECURITY DEFINER SET work_mem = '8MB' AS 'SELECT 1';

    Good:
        CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql SECURITY DEFINER
        SET search_path = pg_catalog, public, pg_temp AS 'SELECT 1';

    Good:
        CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
        ALTER FUNCTION fn_a() SET search_path = '';
    """
    if not routine.definer or any(name == "search_path" for name, _ in routine.settings):
        return
    if routine.name in _pinned_later(file):
        return
    yield Report(
        routine.start,
        f"{routine.name.name} is SECURITY DEFINER with the search_path of its caller",
        "Add SET search_path = pg_catalog, <schema>, pg_temp.",
        fix=_pinned(routine, file),
    )


class _Memory:
    """The routines whose search_path the file that was asked about last sets by ALTER."""

    file: File | None = None
    names: frozenset[QualifiedName | None] = frozenset()


_memory = _Memory()


def _pinned_later(file: File) -> frozenset[QualifiedName | None]:
    if _memory.file is not file:
        _memory.file = file
        _memory.names = frozenset(
            fact.name for fact in file.facts if isinstance(fact, Other) and "set search_path" in fact.flags
        )
    return _memory.names


def _pinned(routine: Routine, file: File) -> Fix | None:
    """Return what pins the search_path to the schema that names without one mean, where that is known."""
    schema = file.settings.schema
    at = dict(routine.options)["security"]
    if routine.name.schema != schema or not is_plain(schema):
        return None
    before = file.text[file.text.rfind("\n", 0, at) + 1 : at]
    gap = " " if before.strip() else f"\n{before}"
    edit = Edit(at, at, f"SET search_path = pg_catalog, {schema}, pg_temp{gap}")
    return Fix((edit,), safe=file.role is Role.ARTIFACT)


@rule("P06", Severity.WARNING, Routine, Do)
def errors_are_not_swallowed(fact: Routine | Do, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Let WHEN OTHERS end in a RAISE.

    A handler for everything that does not raise hides bugs, broken constraints and serialization failures;
    the caller believes that the command worked.

    Bad:
        CREATE FUNCTION fn_a() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
            DELETE FROM tb_a; RETURN true;
        EXCEPTION WHEN OTHERS THEN RAISE WARNING 'failed'; RETURN false;
        END $$;

    Good:
        CREATE FUNCTION fn_a() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
            DELETE FROM tb_a; RETURN true;
        EXCEPTION
            WHEN foreign_key_violation THEN RETURN false;
            WHEN OTHERS THEN INSERT INTO tb_log VALUES (SQLERRM); RAISE;
        END $$;
    """
    for step in steps_of(fact):
        for handler in step.handlers:
            if "others" in handler.conditions and not _raises(handler):
                yield Report(
                    handler.start,
                    "WHEN OTHERS swallows the error",
                    "Name the conditions you expect, or end the handler with RAISE.",
                )


def _raises(handler: Handler) -> bool:
    return any(_is_exception(step) for step in walk(handler.steps))


def _is_exception(step: Step) -> bool:
    return step.kind == "raise" and step.level == "exception"


@rule("P07", Severity.WARNING, Routine, Do, default=False)
def select_into_is_checked(fact: Routine | Do, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Write INTO STRICT, or look at FOUND afterwards.

    SELECT … INTO without a row sets its targets to NULL and goes on.

    Bad:
        CREATE FUNCTION fn_a() RETURNS int LANGUAGE plpgsql AS $$ DECLARE v_a int; BEGIN
            SELECT a INTO v_a FROM tb_a; RETURN v_a;
        END $$;

    Good:
        CREATE FUNCTION fn_a() RETURNS int LANGUAGE plpgsql AS $$ DECLARE v_a int; BEGIN
            SELECT a INTO STRICT v_a FROM tb_a;
            SELECT b INTO v_a FROM tb_a;
            IF NOT FOUND THEN RAISE no_data_found; END IF;
            SELECT count(*) INTO v_a FROM tb_a;
            RETURN v_a;
        END $$;
    """
    steps = steps_of(fact)
    for place, step in enumerate(steps):
        query = step.facts[0] if step.kind == "sql" and step.into and step.facts else None
        if not isinstance(query, Query) or step.strict or _has_a_row(query):
            continue
        checked = any(_looks_at(later, step.into) for later in steps[place + 1 :])
        found = place + 1 < len(steps) and _looks_at(steps[place + 1], ("found",))
        if not checked and not found:
            yield Report(step.start, "nothing looks whether SELECT INTO found a row", "Add STRICT.")


def _has_a_row(query: Query) -> bool:
    """Return whether a query has a row always, as far as its text tells: it reads no table, or it counts."""
    tables = any(source.relation or source.query or source.common for source in query.sources)
    counts = not query.grouped and any(_counts(output.value) for output in query.outputs)
    return bool(query.branches) or not tables or counts


def _counts(value: Expression) -> bool:
    if value.kind == "call" and (value.name in _AGGREGATES or value.flags & {"filter", "distinct"}):
        return "over" not in value.flags
    return any(_counts(part) for part in (*value.args, *value.also))


def _looks_at(step: Step, names: tuple[str, ...]) -> bool:
    """Return whether a condition, COALESCE or IS NULL of a step is about one of the names."""
    waiting = [(fact, step.kind in ("if", "case")) for fact in step.facts if isinstance(fact, Expression)]
    while waiting:
        value, asked = waiting.pop()
        if value.kind == "column" and asked and not {value.name, value.qualifier}.isdisjoint(names):
            return True
        asked = asked or value.kind in ("coalesce", "case") or value.name in ("is null", "is not null")
        waiting += [(part, asked) for part in (*value.args, *value.also)]
    return False


@rule("P08", Severity.ERROR, Routine, default=False)
def names_with_a_schema(routine: Routine, file: File) -> Iterator[Report]:
    """Write the schema of each relation in a function whose search_path names none.

    With search_path = '' only pg_catalog and temporary tables are found; the function fails when it runs
    ("relation does not exist").

    Bad:
        CREATE FUNCTION fn_a() RETURNS bigint LANGUAGE sql SET search_path = ''
        AS 'SELECT count(*) FROM tb_post';

    Good:
        CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$ BEGIN
            CREATE TEMP TABLE found AS SELECT relname FROM pg_class;
            DELETE FROM app.tb_post USING found, "app"."tb_tag" WHERE name = relname;
        END $$;
    """
    path = {name: value for name, value in routine.settings if name == "search_path"}.get("search_path")
    if path is None or routine.returns == "trigger" or "as" not in dict(routine.options):
        return  # a trigger function may see transition tables; BEGIN ATOMIC is bound when it is made
    if not {part.strip().strip('"') for part in path.split(",")} <= {"", "pg_catalog", "pg_temp"}:
        return
    made = {inner.name for step in steps_of(routine) for inner in step.facts if isinstance(inner, Table)}
    for use in (*routine.uses.reads, *routine.uses.writes, *routine.uses.refreshes):
        if use.name in made or use.name.name.startswith("pg_"):
            continue
        word = _PLAIN.match(file.text, use.start)
        if word and word["name"].strip('"').lower() == use.name.name.lower():
            yield Report(use.start, f"{use.name.name} is not found without its schema", "Write the schema.")
