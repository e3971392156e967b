"""Rules about the whole tree: who calls, refreshes and grants what, and what is there twice."""

import re
from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.core.keywords import is_plain
from toolkit.lint.registry import Edit, Fix, Report, tree_rule
from toolkit.lint.tree import Tree, declared
from toolkit.source.facts import Routine, Table, View
from toolkit.source.queries import QualifiedName

_TELLING = frozenset(
    {"uuid", "jsonb", "mutation_result", "mutation_response", "trigger", "event_trigger", "record"}
)
_PLAIN_TYPE = r"(?!char\b)[a-z_][a-z0-9_ .]*(?:\([0-9,]+\)[a-z ]*)?(?:\[\])*"  # "char" is another


@tree_rule("Q03", Severity.ERROR)
def views_call_no_commands(tree: Tree) -> Iterator[Report]:
    """Call no function that writes in a view.

    Reading must change nothing: a view is read by replicas, by EXPLAIN ANALYZE and by everybody who may.

    Bad:
        CREATE VIEW v_post AS SELECT id, fn_count_view(id) AS data FROM tb_post;
        CREATE FUNCTION fn_count_view(p_id uuid) RETURNS int LANGUAGE sql
        AS 'INSERT INTO tb_view VALUES (p_id) RETURNING 1';

    Good:
        CREATE VIEW v_post AS SELECT id, fn_format(id) AS data FROM tb_post;
        CREATE FUNCTION fn_format(p_id uuid) RETURNS text LANGUAGE sql STABLE AS 'SELECT p_id::text';
        CREATE FUNCTION fn_format(p_id uuid, p_log text) RETURNS int LANGUAGE sql
        AS 'INSERT INTO tb_log VALUES (p_log) RETURNING 1';
    """
    writers = tree.writers()
    for views in tree.views.values():
        for path, view in views:
            for use in view.uses.calls:
                meant = [placed.fact.identity for placed in tree.called(use)]
                if meant and all(identity in writers for identity in meant):
                    yield Report(
                        use.start,
                        f"{view.name.name} calls {use.name.name}, which writes {writers[meant[0]]}",
                        "Leave the write to a command.",
                        path=path,
                    )


@tree_rule("Q05", Severity.ERROR)
def concurrent_refresh_has_its_index(tree: Tree) -> Iterator[Report]:
    """Give a materialized view that is refreshed CONCURRENTLY a unique index.

    PostgreSQL refuses the refresh without one on plain columns, over all rows ("cannot refresh materialized
    view concurrently").

    Bad:
        CREATE MATERIALIZED VIEW mv_a AS SELECT 1 AS id, 2 AS data;
        CREATE UNIQUE INDEX uq_a ON mv_a (id) WHERE id > 0;
        REFRESH MATERIALIZED VIEW CONCURRENTLY mv_a;

    Bad:
        CREATE MATERIALIZED VIEW mv_a AS SELECT 1 AS id, 2 AS data;
        CREATE FUNCTION fn_refresh() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            REFRESH MATERIALIZED VIEW CONCURRENTLY mv_a;
        END $$;

    Good:
        CREATE MATERIALIZED VIEW mv_a AS SELECT 1 AS id, 2 AS data;
        CREATE UNIQUE INDEX uq_a ON mv_a (id);
        REFRESH MATERIALIZED VIEW CONCURRENTLY mv_a;
        REFRESH MATERIALIZED VIEW CONCURRENTLY mv_of_somebody_else;
    """
    for path, refresh in tree.refreshes:
        if not refresh.concurrently or refresh.name not in tree.views:
            continue
        fitting = any(
            index.unique and not index.partial and all(index.columns)
            for _, index in tree.indexes.get(refresh.name, ())
        )
        if not fitting:
            yield Report(
                refresh.start,
                f"{refresh.name.name} is refreshed CONCURRENTLY and has no fitting unique index",
                "Add a UNIQUE index on plain columns, without WHERE.",
                path=path,
            )


@tree_rule("Q07", Severity.WARNING)
def triggers_refresh_nothing(tree: Tree) -> Iterator[Report]:
    """Refresh no materialized view in a trigger.

    Every write then works the whole view out again, and writers wait for each other. A schedule does better.

    Bad:
        CREATE FUNCTION fn_a() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            REFRESH MATERIALIZED VIEW mv_a; RETURN NULL;
        END $$;

    Bad:
        CREATE FUNCTION fn_a() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM fn_refresh(); RETURN NULL;
        END $$;
        CREATE FUNCTION fn_refresh() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            REFRESH MATERIALIZED VIEW mv_a;
        END $$;

    Good:
        CREATE FUNCTION fn_refresh() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            REFRESH MATERIALIZED VIEW mv_a;
        END $$;
    """
    refreshers = tree.refreshers()
    for routines in tree.routines.values():
        for path, routine in routines:
            if routine.returns == "trigger" and routine.identity in refreshers:
                yield Report(
                    routine.start,
                    f"the trigger function {routine.name.name} refreshes {refreshers[routine.identity]}",
                    "Refresh it by a schedule.",
                    path=path,
                )


@tree_rule("Q10", Severity.ERROR, bodies=False)
def views_in_no_cycle(tree: Tree) -> Iterator[Report]:
    """Let no view read itself through others.

    Such views can't be made in any order.

    Bad:
        CREATE VIEW v_a AS SELECT id FROM v_b;
        CREATE VIEW v_b AS SELECT id FROM v_a;

    Good:
        CREATE VIEW v_a AS SELECT id FROM tb_a;
        CREATE VIEW v_b AS SELECT id FROM v_a UNION SELECT id FROM v_a;
    """
    for name, views in tree.views.items():
        if _reaches(name, tree):
            yield Report(
                views[0].fact.start,
                f"{name.name} reads itself through other views",
                "Break the cycle.",
                path=views[0].path,
            )


def _reaches(name: QualifiedName, tree: Tree) -> bool:
    """Return whether a view reads itself, directly or through others."""
    seen: set[QualifiedName] = set()
    waiting = [name]
    while waiting:
        for placed in tree.views.get(waiting.pop(), ()):
            for use in placed.fact.uses.reads:
                if use.name == name:
                    return True
                if use.name in tree.views and use.name not in seen:
                    seen.add(use.name)
                    waiting.append(use.name)
    return False


@tree_rule("Q12", Severity.WARNING, bodies=False)
def definers_are_not_public(tree: Tree) -> Iterator[Report]:
    """Take EXECUTE on a SECURITY DEFINER function from PUBLIC.

    PostgreSQL grants it to PUBLIC when the function is made: whoever connects acts with the owner's rights.

    Bad:
        CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';

    Good:
        CREATE FUNCTION fn_a(int) RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = ''
        AS 'SELECT 1';
        REVOKE EXECUTE ON FUNCTION fn_a(int) FROM PUBLIC;

    Good:
        ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
        CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';
    """
    revoked: set[str] = set()
    for _, grant in tree.grants:
        if not grant.granted and "public" in grant.grantees and grant.kind in ("function", "routine"):
            if grant.default:
                return
            revoked.add(grant.name.schema if grant.everything else grant.routine)
    for name, routines in tree.routines.items():
        for path, routine in routines:
            known = not revoked.isdisjoint((name.schema, str(name), routine.identity))
            if routine.definer and routine.kind == "function" and routine.returns != "trigger" and not known:
                yield Report(
                    routine.start,
                    f"{name.name} is SECURITY DEFINER and everybody may execute it",
                    "Add REVOKE EXECUTE ON FUNCTION … FROM PUBLIC.",
                    fix=_revoked(routine, tree),
                    path=path,
                )


def _revoked(routine: Routine, tree: Tree) -> Fix | None:
    """Return what puts the REVOKE behind the function, in front of its `;`."""
    schema, name = routine.name
    types = [part.type for part in routine.parameters if part.mode not in ("out", "table")]
    plain = is_plain(name) and is_plain(schema)
    if routine.end < 0 or not plain or not all(re.fullmatch(_PLAIN_TYPE, type_) for type_ in types):
        return None
    qualified = name if schema == tree.settings.schema else f"{schema}.{name}"
    revoke = f";\nREVOKE EXECUTE ON FUNCTION {qualified}({', '.join(types)}) FROM PUBLIC"
    return Fix((Edit(routine.end, routine.end, revoke),), safe=False)


@tree_rule("Q13", Severity.WARNING)
def every_rule_has_an_error_code(tree: Tree) -> Iterator[Report]:
    """List each rule of the business in errors.toml, and no other.

    A rule is a named constraint or unique index of a table, primary keys aside, or the CONSTRAINT that a
    function raises. Where there is no errors.toml beside the artifacts nothing is asked.
    """
    if tree.errors is None:
        return
    rules = {name: (path, start) for name, path, start in _rules(tree)}
    for rule in sorted(rules.keys() - tree.errors.names):
        path, start = rules[rule]
        yield Report(start, f"errors.toml has no code for {rule}", f"Add [rules.{rule}].", path=path)
    for rule in sorted(tree.errors.names - rules.keys()):
        start = max(tree.errors.text.find(rule), 0)
        yield Report(
            start, f"no table and no function has a rule {rule}", "Remove it.", path=tree.errors.path
        )


def _rules(tree: Tree) -> Iterator[tuple[str, str, int]]:
    """Yield the rules of the business in a tree: name, path and place."""
    prefixes = tree.settings.names.table
    tables = [placed for found in tree.tables.values() for placed in found]
    for path, table in tables:
        if table.name.name.startswith(prefixes):
            for constraint in table.constraints:
                if constraint.name and constraint.kind not in ("primary key", "not null"):
                    yield constraint.name, path, constraint.start
    for path, index in (placed for found in tree.indexes.values() for placed in found):
        if index.unique and index.name and index.table.name.startswith(prefixes):
            yield index.name, path, index.start
    for path, routine in (placed for found in tree.routines.values() for placed in found):
        yield from ((use.name.name, path, use.start) for use in routine.uses.raises)


@tree_rule("X05", Severity.ERROR, bodies=False)
def declared_once(tree: Tree) -> Iterator[Report]:
    """Declare each relation and each function once.

    Of two artifacts that declare one the load refuses the second, or it takes the place of the first.
    Scripts may make something again.

    Bad:
        CREATE TABLE tb_a (id int);
        CREATE VIEW tb_a AS SELECT 1 AS id;

    Bad:
        -- file: sql/a.sql
        CREATE FUNCTION fn_a(p_a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
        -- file: sql/b.sql
        CREATE OR REPLACE FUNCTION fn_a(p_b integer) RETURNS int LANGUAGE sql AS 'SELECT 2';

    Good:
        CREATE FUNCTION fn_a(p_a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION fn_a(p_a text) RETURNS int LANGUAGE sql AS 'SELECT 2';
        CREATE TABLE app.tb_a (id int);
        CREATE TABLE tb_a (id int);
    """
    seen: dict[str, str] = {}
    for identity, (path, fact) in declared(tree):
        if path not in tree.artifacts or (isinstance(fact, Table | View) and fact.temporary):
            continue
        if identity in seen:
            yield Report(
                fact.start, f"{identity} is declared in {seen[identity]} too", "Keep one.", path=path
            )
        seen.setdefault(identity, path)


@tree_rule("Q04", Severity.WARNING, default=False)
def commands_say_what_they_did(tree: Tree) -> Iterator[Report]:
    """Return from a command the id of what it changed, or a document.

    A boolean tells a service that something was done, and not to what. A command is a function `fn_…` that
    writes and that the role of commands may execute; where a tree grants no function, each one that writes.
    uuid, jsonb, a type mutation_result or mutation_response, and rows will do.

    Bad:
        CREATE FUNCTION fn_publish(p_id uuid) RETURNS boolean LANGUAGE sql
        AS 'UPDATE tb_post SET published = true WHERE id = p_id RETURNING true';

    Good:
        CREATE FUNCTION fn_publish(p_id uuid) RETURNS uuid LANGUAGE sql
        AS 'UPDATE tb_post SET published = true WHERE id = p_id RETURNING id';

    Good:
        CREATE FUNCTION fn_log(p_id uuid) RETURNS boolean LANGUAGE sql
        AS 'INSERT INTO tb_log VALUES (p_id) RETURNING true';
        CREATE FUNCTION fn_publish(p_id uuid) RETURNS TABLE (id uuid) LANGUAGE sql
        AS 'UPDATE tb_post SET published = true WHERE id = p_id RETURNING id';
        GRANT EXECUTE ON FUNCTION fn_publish(uuid) TO cqrs_command;
    """
    writers, names = tree.writers(), tree.settings.names
    granted = [
        placed.fact for placed in tree.grants if placed.fact.granted and placed.fact.kind == "function"
    ]
    command = tree.settings.roles.command
    executable = {grant.routine for grant in granted if command in grant.grantees}
    for path, routine in (placed for found in tree.routines.values() for placed in found):
        is_command = routine.identity in writers and routine.name.name.startswith(names.function)
        if not is_command or (granted and routine.identity not in executable):
            continue
        results = [part.type for part in routine.parameters if part.mode in ("out", "inout")]
        returns = routine.returns or (results[0] if len(results) == 1 else "record" if results else "")
        type_ = returns.rpartition(".")[2]
        if not (routine.set or type_ in _TELLING):
            yield Report(
                routine.start,
                f"the command {routine.name.name} returns {type_ or 'nothing'}",
                "Return the id of what it changed, or a jsonb document.",
                path=path,
            )
