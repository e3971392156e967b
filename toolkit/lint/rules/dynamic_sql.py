"""The rule about SQL that a body puts together as text."""

from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.lint.file import File
from toolkit.lint.registry import Report, rule
from toolkit.lint.steps import steps_of
from toolkit.source.facts import Do, Routine
from toolkit.source.queries import Expression, Query

_TEXTS = frozenset({"text", "varchar", "character varying"})
# Functions that give back what they are given as it is, or a part of it.
_PASSING = frozenset({
    "array_to_string", "btrim", "concat", "concat_ws", "left", "lower", "lpad", "ltrim", "overlay", "replace",
    "reverse", "right", "rpad", "rtrim", "split_part", "string_agg", "substr", "substring", "trim", "upper",
})  # fmt: skip
_COMPARING = frozenset({
    "=", "<>", "!=", "in", "not in", "= any", "<> all", "~", "!~", "~*", "!~*",
})  # fmt: skip


@rule("P03", Severity.ERROR, Routine, Do)
def dynamic_sql_with_quoting(fact: Routine | Do, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Quote what is put into dynamic SQL.

    Text that a caller gives and that is joined to a statement is run as a part of it. format with %I and %L,
    quote_ident and quote_literal make it a name or a string; USING keeps it a value. What the body compares
    with constants is left alone.

    Bad:
        CREATE FUNCTION fn_a(p_name text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            EXECUTE 'DELETE FROM tb_user WHERE name = ''' || p_name || '''';
        END $$;

    Bad:
        CREATE FUNCTION fn_a(p_table text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            EXECUTE format('TRUNCATE %s', p_table);
        END $$;

    Bad:
        CREATE FUNCTION fn_a(p_where text) RETURNS SETOF int LANGUAGE plpgsql AS $$ DECLARE v_sql text; BEGIN
            v_sql := 'SELECT id FROM tb_user WHERE ' || p_where;
            RETURN QUERY EXECUTE v_sql;
        END $$;

    Good:
        CREATE FUNCTION fn_a(p_table regclass, p_name text, p_n int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            EXECUTE format('DELETE FROM %s WHERE %I = $1 LIMIT %s', p_table, p_name, p_n) USING p_name;
            EXECUTE 'ANALYZE ' || quote_ident(p_name) || ' ' || p_table::text;
        END $$;

    Good:
        CREATE FUNCTION fn_a(p_order text) RETURNS SETOF int LANGUAGE plpgsql AS $$
        DECLARE v_sql text := 'SELECT id FROM tb_user ORDER BY id ';
        BEGIN
            IF p_order NOT IN ('ASC', 'DESC') THEN RAISE SQLSTATE '22023'; END IF;
            RETURN QUERY EXECUTE v_sql || p_order;
        END $$;
    """
    names = _from_callers(fact) - set(_compared(fact))
    run = [
        step.facts[0]
        for step in steps_of(fact)
        if step.kind == "execute" and step.facts and isinstance(step.facts[0], Expression)
    ]
    whole = {value.name for value in run if value.kind == "column" and not value.qualifier}
    unsafe = [_unsafe(value, names) for value in run if value.kind != "column"]
    unsafe += [
        _unsafe(value, names - whole)
        for name, value in _given(fact)
        if name in whole and value.kind != "column"
    ]
    for start in sorted({part.start for part in unsafe if part is not None}):
        yield Report(
            start,
            "a value goes into dynamic SQL without being quoted",
            "Use format with %I or %L, quote_ident, or USING.",
        )


def _from_callers(fact: Routine | Do) -> set[str]:
    """Return the parameters and variables with text that a caller gives, as it is or as a part."""
    parameters = fact.parameters if isinstance(fact, Routine) else ()
    texts = {parameter.name for parameter in parameters if parameter.type in _TEXTS}
    found = texts - {parameter.name for parameter in parameters if parameter.mode in ("out", "table")}
    texts |= {
        variable.name for variable in (fact.body.variables if fact.body else ()) if variable.type in _TEXTS
    }
    given = [(name, value) for name, value in _given(fact) if name in texts]
    found -= {name for name, value in given if not _unsafe(value, found)}  # p_name := quote_ident(p_name)
    while new := {name for name, value in given if name not in found and _unsafe(value, found)}:
        found |= new
    return found


def _given(fact: Routine | Do) -> Iterator[tuple[str, Expression]]:
    """Yield the variables of a body, each with a value that it is given."""
    for variable in fact.body.variables if fact.body else ():
        if variable.default:
            yield variable.name, variable.default
    for step in steps_of(fact):
        value = step.facts[0] if step.facts else None
        if step.kind == "assign" and isinstance(value, Expression):
            yield step.into[0], value
        elif step.kind in ("sql", "loop") and isinstance(value, Query):
            yield from ((name, output.value) for name, output in zip(step.into, value.outputs, strict=False))


def _compared(fact: Routine | Do) -> Iterator[str]:
    """Yield the names that a condition compares with constants: the body lets only some values pass."""
    waiting = [
        value
        for step in steps_of(fact)
        if step.kind in ("if", "case", "assert")
        for value in step.facts
        if isinstance(value, Expression)
    ]
    while waiting:
        value = waiting.pop()
        if value.kind == "operator" and value.name in _COMPARING and len(value.args) > 1:
            first, *others = value.args
            listed = [
                part for other in others for part in (other.args if other.kind == "array" else (other,))
            ]
            if all(part.kind == "constant" and part.name for part in listed):
                yield from _names(first)
        waiting += [*value.args, *value.also]


def _names(value: Expression) -> Iterator[str]:
    if value.kind == "column":
        yield value.name
    for part in value.args:
        yield from _names(part)


def _unsafe(value: Expression, names: set[str]) -> Expression | None:
    """Return the part of a text that is one of the names and not quoted."""
    if value.kind == "column":
        return value if value.name in names and not value.qualifier else None
    passing = {"operator": {"||"}, "cast": _TEXTS, "call": _PASSING}
    parts: tuple[Expression, ...] = ()
    if value.kind in ("coalesce", "case") or value.name in passing.get(value.kind, ()):
        parts = value.args
    elif value.kind == "call" and value.name == "format" and "variadic" not in value.flags:
        parts = tuple(_put_in(value))
    return next((found for part in parts if (found := _unsafe(part, names))), None)


def _put_in(call: Expression) -> Iterator[Expression]:
    """Yield the arguments that format puts in as they are, by %s."""
    template, *given = call.args or (call,)
    if template.kind == "constant":
        yield from (
            part for letter, part in zip(_conversions(template.name), given, strict=False) if letter == "s"
        )


def _conversions(template: str) -> Iterator[str]:
    """Yield the letters of format's conversions; nothing where positions or widths make it hard."""
    rest = template.replace("%%", "")
    pieces = rest.split("%")[1:]
    if all(piece[:1] in ("s", "I", "L") for piece in pieces):
        yield from (piece[0] for piece in pieces)
