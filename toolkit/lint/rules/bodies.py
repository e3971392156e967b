"""Rules about the bodies of functions: errors, dynamic SQL, rights."""

from collections.abc import Iterator
from itertools import zip_longest

from toolkit.core.findings import Severity
from toolkit.core.keywords import is_plain
from toolkit.lint.file import File, Role
from toolkit.lint.registry import Edit, Fix, Report, rule
from toolkit.lint.steps import steps_of, walk
from toolkit.source.facts import Do, Handler, Other, Routine, Step, Variable
from toolkit.source.queries import Expression

_TEXTS = frozenset({"text", "varchar", "character varying"})


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
    for fact in file.facts:
        if isinstance(fact, Other) and fact.name == routine.name and "set search_path" in fact.flags:
            return
    yield Report(
        routine.start,
        f"{routine.name.name} is SECURITY DEFINER with the search_path of its caller",
        "Add SET search_path = pg_catalog, <schema>, pg_temp.",
        fix=_pinned(routine, file),
    )


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


@rule("P03", Severity.ERROR, Routine, Do)
def dynamic_sql_with_quoting(fact: Routine | Do, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Quote what is put into dynamic SQL.

    A value that is joined to the text of a statement is run as a part of it. format with %I and %L,
    quote_ident and quote_literal make it a name or a string; USING keeps it a value.

    Bad:
        CREATE FUNCTION fn_a(p_name text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            EXECUTE 'DELETE FROM tb_user WHERE name = ''' || p_name || '''';
        END $$;

    Bad:
        CREATE FUNCTION fn_a(p_table text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            EXECUTE format('TRUNCATE %s', p_table);
        END $$;

    Good:
        CREATE FUNCTION fn_a(p_table regclass, p_name text, p_n int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            EXECUTE format('DELETE FROM %s WHERE %I = $1 LIMIT %s', p_table, p_name, p_n) USING p_name;
            EXECUTE 'ANALYZE ' || quote_ident(p_name) || ' ' || p_table::text;
        END $$;
    """
    types: dict[str, str] = {}
    if isinstance(fact, Routine):
        types = {parameter.name: parameter.type for parameter in fact.parameters}
    variables: tuple[Variable, ...] = fact.body.variables if fact.body else ()
    types |= {variable.name: variable.type for variable in variables}
    for step in steps_of(fact):
        if step.kind == "execute" and step.facts and isinstance(step.facts[0], Expression):
            unsafe = _unsafe(step.facts[0], types)
            if unsafe is not None:
                yield Report(
                    unsafe.start,
                    "a value goes into dynamic SQL without being quoted",
                    "Use format with %I or %L, quote_ident, or USING.",
                )


def _unsafe(value: Expression, types: dict[str, str]) -> Expression | None:
    """Return the part of a statement's text that is certainly text from elsewhere, put in as it is."""
    if value.kind == "operator" and value.name == "||":
        return next((found for part in value.args if (found := _unsafe_part(part, types))), None)
    if value.kind == "call" and value.name == "format" and value.args:
        template, *given = value.args
        if template.kind != "constant" or "variadic" in value.flags:
            return None
        letters = _conversions(template.name)
        for letter, part in zip(letters, given, strict=False):
            if letter == "s" and (found := _unsafe_part(part, types)):
                return found
    return None


def _unsafe_part(value: Expression, types: dict[str, str]) -> Expression | None:
    if value.kind == "operator" and value.name == "||":
        return _unsafe(value, types)
    if value.kind == "column" and not value.qualifier:
        type_ = types.get(value.name, "")
        return value if type_ in _TEXTS else None
    if value.kind == "cast" and value.name in _TEXTS:
        return _unsafe_part(value.args[0], types)
    if value.kind == "coalesce":
        return next((found for part in value.args if (found := _unsafe_part(part, types))), None)
    return None


def _conversions(template: str) -> Iterator[str]:
    """Yield the letters of format's conversions; nothing where positions or widths make it hard."""
    rest = template.replace("%%", "")
    pieces = rest.split("%")[1:]
    if all(piece[:1] in ("s", "I", "L") for piece in pieces):
        yield from (piece[0] for piece in pieces)


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
    for step, after in zip_longest(steps, steps[1:]):
        if step.kind != "sql" or not step.into or step.strict or not step.facts:
            continue
        outputs = getattr(step.facts[0], "outputs", ())
        sources = getattr(step.facts[0], "sources", ())
        grouped = getattr(step.facts[0], "grouped", False)
        counts = all(output.value.kind == "call" for output in outputs) and not grouped
        checked = after is not None and after.kind == "if" and _mentions_check(after, step.into)
        if sources and outputs and not counts and not checked:
            yield Report(step.start, "nothing looks whether SELECT INTO found a row", "Add STRICT.")


def _mentions_check(step: Step, targets: tuple[str, ...]) -> bool:
    """Return whether the condition of an IF looks at FOUND or at one of the targets."""
    waiting = [fact for fact in step.facts if isinstance(fact, Expression)]
    while waiting:
        value = waiting.pop()
        if value.kind == "column" and value.name in ("found", *targets):
            return True
        waiting += value.args
    return False
