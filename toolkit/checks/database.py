"""Checks of the database that sql/ declares: it can be made, bodies resolve, nobody reaches too much."""

from contextlib import closing
from typing import Final

import psycopg
from psycopg import sql

from toolkit.catalog.bodies import Trouble, resolve_bodies
from toolkit.checks.outcome import Outcome, finding
from toolkit.checks.project import Project
from toolkit.core.findings import Finding
from toolkit.core.words import counted

_RELATIONS: Final = """
    SELECT n.nspname || '.' || c.relname, r.rolname, string_agg(p.name, ', ' ORDER BY p.place)
    FROM pg_class AS c
    INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
    CROSS JOIN pg_roles AS r
    CROSS JOIN unnest('{{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER,USAGE}}'::text[])
        WITH ORDINALITY AS p (name, place)
    WHERE r.rolname IN ({read}, {command}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'toolkit')
        AND c.relname <> 'alembic_version'
        AND NOT (
            r.rolname = {read} AND p.name = 'SELECT'
            AND (c.relkind IN ('v', 'm') OR (c.relkind IN ('r', 'p') AND c.relname ^@ ANY ({projections})))
        )
        AND CASE
            WHEN c.relkind = 'S' THEN
                p.name IN ('SELECT', 'UPDATE', 'USAGE') AND has_sequence_privilege(r.oid, c.oid, p.name)
            WHEN p.name IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') THEN
                has_any_column_privilege(r.oid, c.oid, p.name)
            WHEN p.name = 'USAGE' THEN false
            ELSE has_table_privilege(r.oid, c.oid, p.name)
        END
        AND {ours_relation}
    GROUP BY 1, 2 ORDER BY 1, 2
"""
_ROUTINES: Final = """
    SELECT n.nspname || '.' || p.proname, r.rolname,
        CASE
            WHEN p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype) THEN 'a trigger function'
            WHEN r.rolname = {read} THEN 'a function that may write'
            WHEN p.provolatile <> 'v' THEN 'a query function'
            ELSE 'a function of ' || {maintain}
        END,
        has_function_privilege('public', p.oid, 'EXECUTE')
    FROM pg_proc AS p
    INNER JOIN pg_namespace AS n ON n.oid = p.pronamespace
    CROSS JOIN pg_roles AS r
    WHERE r.rolname IN ({read}, {command}) AND n.nspname !~ '^pg_'
        AND n.nspname NOT IN ('information_schema', 'toolkit')
        AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
        AND (
            p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype)
            OR (r.rolname = {read}) = (p.provolatile = 'v')
            OR (r.rolname = {command} AND EXISTS (
                SELECT FROM pg_roles AS m
                WHERE m.rolname = {maintain} AND has_function_privilege(m.oid, p.oid, 'EXECUTE')
            ))
        )
        AND {ours_routine}
    ORDER BY 1, 2
"""
_OURS: Final = (
    "NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = '{}'::regclass AND d.objid = {}.oid"
    " AND d.deptype = 'e')"
)
_SCHEMAS: Final = """
    SELECT n.nspname, r.rolname FROM pg_namespace AS n CROSS JOIN pg_roles AS r
    WHERE r.rolname IN ({read}, {command}) AND n.nspname !~ '^pg_'
        AND has_schema_privilege(r.oid, n.oid, 'CREATE')
    ORDER BY 1, 2
"""
_REVOKE: Final = "Revoke it beside the object, or grant it to the role that it is for."


def check_load(project: Project) -> Outcome:
    """Make the database that sql/ declares, and let the server check the body of every routine."""
    for states in project.servers:
        project.show(f"Loading {project.settings.sql.name}/ on PostgreSQL {states.scratch.major}")
        states.desired()
    objects = len(project.artifacts)
    return Outcome(f"{counted(objects, 'object')} made on PostgreSQL {project.majors}", (), project.missing)


def check_bodies(project: Project) -> Outcome:
    """Let the server resolve every statement of every body in PL/pgSQL, on all of its branches."""
    states = project.pinned
    project.show(f"Resolving bodies on PostgreSQL {states.scratch.major}")
    with states.copy(states.desired()) as conninfo:
        bodies, troubles = resolve_bodies(conninfo, project.settings.schema)
    findings = [_told(project, trouble) for trouble in troubles if trouble.certain]
    notes = [_told(project, trouble) for trouble in troubles if not trouble.certain]
    return Outcome(
        f"{counted(bodies, 'PL/pgSQL routine')} resolved on PostgreSQL {states.scratch.major}",
        tuple(findings),
        tuple(f"{note.path}:{note.line}: {note.message}" for note in notes),
    )


def _told(project: Project, trouble: Trouble) -> Finding:
    """Return what is wrong with a body as a finding at its line in the file."""
    message, name = f"{trouble.routine}: {trouble.message}", (trouble.schema, trouble.routine)
    for artifact in project.files:
        for declaration in artifact.declarations:
            statement = declaration.statement
            start = statement.text.find(trouble.source)
            if start >= 0 and any((each.schema, each.name) == name for each in declaration.declares):
                line = statement.line_at(start + 1) + trouble.line - 1
                return finding(project.settings, statement.path, "bodies", message, _MEND, line)
    return project.at(f"{trouble.schema}.{trouble.routine}", "bodies", message, _MEND)


_MEND: Final = "Mend the body: this statement fails whenever a call gets there."


def check_reach(project: Project) -> Outcome:
    """Look what members of the roles of readers and callers reach: read models, query functions, commands."""
    settings, states = project.settings, project.pinned
    names = {
        "read": sql.Literal(settings.roles.read),
        "command": sql.Literal(settings.roles.command),
        "maintain": sql.Literal(settings.roles.maintain),
        "projections": sql.Literal(list(settings.names.projection)),
        "ours_relation": sql.SQL(_OURS.format("pg_class", "c")),
        "ours_routine": sql.SQL(_OURS.format("pg_proc", "p")),
    }
    project.show(f"Asking who reaches what on PostgreSQL {states.scratch.major}")
    found: list[Finding] = []
    with states.copy(states.desired()) as conninfo, closing(psycopg.connect(conninfo)) as connection:
        for name, role, rights in connection.execute(sql.SQL(_RELATIONS).format(**names)):
            found.append(project.at(name, "reach", f"{role} has {rights} on {name}", _REVOKE))
        for name, role, kind, public in connection.execute(sql.SQL(_ROUTINES).format(**names)):
            why = ", as everybody may" if public else ""
            found.append(project.at(name, "reach", f"{role} may execute {name}, {kind}{why}", _REVOKE))
        for name, role in connection.execute(sql.SQL(_SCHEMAS).format(**names)):
            found.append(project.at(name, "reach", f"{role} may create objects in schema {name}", _REVOKE))
    return Outcome(f"the rights of {settings.roles.read} and {settings.roles.command} asked", tuple(found))
