"""Rules about the boundary between what is written and what is read."""

from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.lint.file import File
from toolkit.lint.registry import Edit, Fix, Report, rule
from toolkit.source.facts import Grant, Routine, View

_SYSTEM = frozenset({"pg_catalog", "information_schema", "pg_temp"})
_VOLATILE = frozenset({
    "clock_timestamp", "currval", "gen_random_uuid", "lastval", "nextval", "pg_advisory_lock",
    "pg_advisory_xact_lock", "pg_notify", "pg_sleep", "pg_try_advisory_lock", "random", "random_normal",
    "set_config", "setval", "timeofday", "uuid_generate_v1", "uuid_generate_v4",
    "uuidv4", "uuidv7",
})  # fmt: skip


@rule("Q01", Severity.ERROR, View)
def views_read_the_model(view: View, file: File) -> Iterator[Report]:
    """Let views read tables of the write model and read models, and nothing else.

    A relation without one of their prefixes is in no model: nobody knows who writes it.

    Bad:
        CREATE VIEW v_post AS SELECT id, data FROM posts;

    Good:
        CREATE VIEW v_post AS WITH RECURSIVE tree AS (SELECT id FROM tb_post UNION SELECT id FROM tree)
        SELECT tree.id, n.oid FROM tree, pg_class n, generate_series(1, 2), (VALUES (1)) AS x (y);
    """
    names = file.settings.names
    allowed = (*names.table, *names.projection, *names.view, *names.materialized_view)
    if view.temporary:
        return
    for use in view.uses.reads:
        if use.name.schema in _SYSTEM or use.name.name.startswith(("pg_", *allowed)):
            continue
        yield Report(
            use.start,
            f"{view.name.name} reads {use.name.name}, which has no prefix of a model",
            f"Read a relation that begins with {' or '.join(allowed)}.",
        )


@rule("Q02", Severity.ERROR, Routine)
def query_functions_write_nothing(routine: Routine, file: File) -> Iterator[Report]:
    """Write in VOLATILE functions only.

    PostgreSQL refuses a write in a STABLE or IMMUTABLE function when it gets there ("is not allowed in a
    non-volatile function").

    Bad:
        CREATE FUNCTION fn_a() RETURNS void LANGUAGE sql STABLE AS 'DELETE FROM tb_a';

    Bad:
        CREATE FUNCTION fn_a() RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
            WITH gone AS (DELETE FROM tb_a RETURNING a) SELECT count(*) FROM gone;
            RETURN 1;
        END $$;

    Good:
        CREATE FUNCTION fn_a() RETURNS void LANGUAGE sql AS 'DELETE FROM tb_a';
        CREATE FUNCTION fn_b() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM tb_a';
    """
    if routine.volatility == "volatile":
        return
    for what, uses in (("writes", routine.uses.writes), ("refreshes", routine.uses.refreshes)):
        for use in uses:
            yield Report(
                use.start,
                f"{routine.name.name} is {routine.volatility.upper()} and {what} {use.name.name}",
                "Declare it VOLATILE.",
                fix=_volatile(routine, file),
            )


def _volatile(routine: Routine, file: File) -> Fix | None:
    at = dict(routine.options)["volatility"]
    word = file.text[at : at + len(routine.volatility)]
    if word.lower() != routine.volatility:
        return None
    edit = Edit(at, at + len(word), "volatile" if word.islower() else "VOLATILE")
    return Fix((edit,), safe=False)


@rule("Q06", Severity.WARNING, View)
def views_give_the_same_each_time(view: View, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Call no volatile function in a view.

    Each reading gives other values or, worse, changes something.

    Bad:
        CREATE VIEW v_post AS SELECT gen_random_uuid() AS id, data FROM tb_post;

    Good:
        CREATE VIEW v_post AS SELECT id, data, now() - created_at AS age FROM tb_post;
    """
    for use in view.uses.calls:
        if use.name.name in _VOLATILE:
            yield Report(
                use.start,
                f"{view.name.name} calls {use.name.name}, which gives another value each time",
                "Keep the value in a table.",
            )


@rule("Q08", Severity.ERROR, Grant)
def services_see_no_tables(grant: Grant, file: File) -> Iterator[Report]:
    """Grant services nothing on tables of the write model.

    They read views and call commands; with a right on a table the boundary is a convention.

    Bad:
        GRANT SELECT ON tb_post TO cqrs_read;

    Bad:
        GRANT ALL ON TABLE app.tb_post TO PUBLIC, bob;

    Good:
        GRANT SELECT ON v_post TO cqrs_read;
        REVOKE ALL ON tb_post FROM PUBLIC;
        GRANT SELECT ON tb_post TO auditor;
    """
    roles = file.settings.roles
    services = {roles.read, roles.command, "public"}.intersection(grant.grantees)
    written = grant.kind == "table" and grant.name.name.startswith(file.settings.names.table)
    if grant.granted and services and written:
        yield Report(
            grant.start,
            f"{grant.name.name} is granted to {', '.join(sorted(services))}",
            "Grant a view or a function instead.",
        )


@rule("Q14", Severity.ERROR, View)
def views_write_nothing(view: View, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Write nothing in the WITH of a view.

    PostgreSQL refuses to make such a view ("must not contain data-modifying statements in WITH").

    Bad:
        CREATE VIEW v_a AS WITH gone AS (DELETE FROM tb_a RETURNING id) SELECT id FROM gone;

    Good:
        CREATE VIEW v_a AS WITH found AS (SELECT id FROM tb_a) SELECT id FROM found;
    """
    for use in view.uses.writes:
        yield Report(use.start, f"{view.name.name} writes {use.name.name}", "Write it in a command.")
