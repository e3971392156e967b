"""Rules about what happens to a command when another runs at the same time."""

from collections.abc import Iterable, Iterator

from toolkit.core.findings import Severity
from toolkit.lint.file import File
from toolkit.lint.registry import Report, rule
from toolkit.lint.steps import steps_of, tables_read, writes
from toolkit.source.facts import Do, Fact, Other, Routine, Step
from toolkit.source.queries import Expression, Query, Source, Write

_CATCHES = frozenset({"unique_violation", "integrity_constraint_violation", "others", "23505"})


@rule("P04", Severity.WARNING, Routine, Do)
def no_check_before_insert(fact: Routine | Do, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Let a constraint say that a row is there already, not a look before the INSERT.

    Two commands at once both see no row, and both insert one. With a unique constraint the look is of no use,
    without one it does not help; ON CONFLICT or the constraint's own error does.

    Bad:
        CREATE FUNCTION fn_a(p_mail text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            IF EXISTS (SELECT 1 FROM tb_user WHERE mail = p_mail) THEN RAISE unique_violation; END IF;
            INSERT INTO tb_user (mail) VALUES (p_mail);
        END $$;

    Bad:
        CREATE FUNCTION fn_a(p_mail text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            PERFORM 1 FROM tb_user WHERE mail = p_mail;
            IF NOT FOUND THEN INSERT INTO tb_user (mail) VALUES (p_mail); END IF;
        END $$;

    Good:
        CREATE FUNCTION fn_a(p_mail text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            IF NOT EXISTS (SELECT 1 FROM tb_domain WHERE name = p_mail) THEN RAISE no_data_found; END IF;
            INSERT INTO tb_user (mail) VALUES (p_mail) ON CONFLICT DO NOTHING;
        END $$;

    Good:
        CREATE FUNCTION fn_a(p_mail text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            LOCK TABLE tb_user IN SHARE ROW EXCLUSIVE MODE;
            IF EXISTS (SELECT 1 FROM tb_user WHERE mail = p_mail) THEN RETURN; END IF;
            INSERT INTO tb_user (mail) VALUES (p_mail);
        END $$;

    Good:
        CREATE FUNCTION fn_a(p_mail text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            IF NOT pg_try_advisory_xact_lock(1) THEN RETURN; END IF;
            IF EXISTS (SELECT 1 FROM tb_user WHERE mail = p_mail) THEN RETURN; END IF;
            INSERT INTO tb_user (mail) VALUES (p_mail);
        END $$;
    """
    if _locks_or_catches(fact):
        return
    steps = steps_of(fact)
    looked: dict[str, int] = {}
    for place, step in enumerate(steps):
        for write in writes(step.facts):
            start = looked.get(str(write.table))
            if write.kind == "insert" and start is not None and not write.on_conflict:
                yield Report(
                    start,
                    f"a look into {write.table.name} comes before the INSERT, and others may insert between",
                    "Insert, and let a unique constraint or ON CONFLICT decide.",
                )
                del looked[str(write.table)]
        for table in _looks(step, steps[place + 1] if place + 1 < len(steps) else None):
            looked.setdefault(table, step.start)


def _looks(step: Step, after: Step | None) -> Iterator[str]:
    """Yield the tables of which a step only asks whether a row is there."""
    if step.kind == "if":
        for condition in step.facts:
            for query in _existence(condition):
                yield from (str(source.relation) for source in query.sources if source.relation)
    elif step.kind == "perform" and after is not None and after.kind == "if" and _asks_found(after):
        for fact in step.facts:
            yield from (table for table, locked in tables_read(fact) if not locked)


def _existence(condition: Fact) -> Iterator[Query]:
    if not isinstance(condition, Expression):
        return
    if condition.kind == "subquery" and condition.name == "exists" and condition.query is not None:
        if not condition.query.locks:
            yield condition.query
    elif condition.kind == "boolean":
        for part in condition.args:
            yield from _existence(part)


def _asks_found(step: Step) -> bool:
    return any(
        isinstance(fact, Expression)
        and any(part.name == "found" for part in (fact, *fact.args) if part.kind == "column")
        for fact in step.facts
    )


def _locks_or_catches(fact: Routine | Do) -> bool:
    """Return whether a body takes a lock of its own, or handles the error of the constraint."""
    if any(use.name.name.startswith(("pg_advisory", "pg_try_advisory")) for use in fact.uses.calls):
        return True
    for step in steps_of(fact):
        if any(_CATCHES.intersection(handler.conditions) for handler in step.handlers):
            return True
        if any(isinstance(inner, Other) and inner.word == "LOCK" for inner in step.facts):
            return True
    return False


@rule("P05", Severity.WARNING, Routine, Do)
def lock_before_update(fact: Routine | Do, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Lock the row that is read in order to be changed.

    Between SELECT … INTO and the UPDATE of a column that is worked out from what was read another command may
    change the row, and its change is lost. FOR UPDATE makes it wait; an UPDATE that asks for the old value in
    its WHERE finds no row.

    Bad:
        CREATE FUNCTION fn_a(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE v_n int; BEGIN
            SELECT n INTO v_n FROM tb_a WHERE id = p_id;
            UPDATE tb_a SET n = v_n + 1 WHERE id = p_id;
        END $$;

    Good:
        CREATE FUNCTION fn_a(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE v_n int; BEGIN
            SELECT n INTO STRICT v_n FROM tb_a WHERE id = p_id FOR NO KEY UPDATE;
            UPDATE tb_a SET n = v_n + 1 WHERE id = p_id;
            SELECT n INTO v_n FROM tb_b WHERE id = p_id;
            UPDATE tb_b SET n = n + 1 WHERE id = p_id;
            SELECT version INTO v_n FROM tb_c WHERE id = p_id;
            UPDATE tb_c SET version = v_n + 1 WHERE id = p_id AND version = v_n;
        END $$;
    """
    if _locks_or_catches(fact):
        return
    read: dict[str, tuple[int, _Columns]] = {}
    for step in steps_of(fact):
        for write in writes(step.facts):
            start, columns = read.get(str(write.table), (-1, {}))
            if write.kind == "update" and _loses(write, columns):
                yield Report(
                    start,
                    f"a row of {write.table.name} is read and then changed without being locked",
                    "Add FOR NO KEY UPDATE to the SELECT, or work the value out in the UPDATE.",
                )
                del read[str(write.table)]
        _note(step, read)


_Columns = dict[tuple[str, str], str]  # the column of a table by the variable it is read into


def _note(step: Step, read: dict[str, tuple[int, _Columns]]) -> None:
    """Note what a step reads into variables, and which of them it gives another value."""
    value = step.facts[0] if step.into and step.facts else None
    if step.kind == "assign" and isinstance(value, Expression):
        for _, columns in read.values():
            _assign(columns, step.into[0], value)
    elif step.kind == "sql" and isinstance(value, Query):
        for source in value.sources:
            if source.relation is not None and not value.locks:
                columns = _columns_read(value, source, step.into)
                read.setdefault(str(source.relation), (step.start, columns))
            elif source.relation is not None:
                read.pop(str(source.relation), None)


def _columns_read(query: Query, source: Source, targets: tuple[str, ...]) -> _Columns:
    """Return which columns of a table a SELECT … INTO reads into which variables, ("", name) or fields."""
    found = {}
    for place, output in enumerate(query.outputs):
        value = output.value
        if value.kind != "column" or (value.qualifier or source.alias) != source.alias:
            continue
        if not value.qualifier and len(query.sources) > 1:
            continue
        if len(targets) == len(query.outputs):
            found["", targets[place]] = value.name
        if len(targets) == 1:
            found[targets[0], output.name] = value.name
    if len(targets) == 1 and any(output.value.kind == "star" for output in query.outputs):
        found[targets[0], "*"] = "*"
    return found


def _assign(columns: _Columns, target: str, value: Expression) -> None:
    """Note that a variable has another value now: one worked out from what was read, or none of that."""
    found = [columns[variable] for variable in _variables((value,)) if variable in columns]
    columns.pop(("", target), None)
    if found:
        columns["", target] = found[0]


def _loses(write: Write, columns: _Columns) -> bool:
    """Return whether an UPDATE sets a column to what is worked out from the value it was read with.

    Where the UPDATE asks for that value in its WHERE it finds no row that has changed.
    """
    asked = set(_variables(write.conditions))
    for column, value in write.assignments:
        for variable in _variables((value,)):
            record, name = variable
            source = columns.get(variable, name if record and (record, "*") in columns else "")
            if source == column and variable not in asked:
                return True
    return False


def _variables(values: Iterable[Expression]) -> Iterator[tuple[str, str]]:
    """Yield the qualifier and the name of each column, which may be a variable."""
    for value in values:
        if value.kind == "column":
            yield value.qualifier, value.name
        yield from _variables((*value.args, *value.also))
