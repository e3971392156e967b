"""The roles a migration needs: found, made where the right is there, otherwise asked for."""

import time
from typing import LiteralString

import psycopg
from psycopg import sql

from toolkit.core.settings import Settings
from toolkit.errors import LoadFailed, RightMissing, RoleUnfit
from toolkit.migrate.connection import Connection, words
from toolkit.source.artifacts import read_roles
from toolkit.source.statements import Statement

_ATTEMPTS = 10  # other deployers may make the same roles at the same moment, in this database or another
_PAUSE = 0.05
_NOT_PERMITTED = "42501"
_CONCURRENT = ("23505", "42710", "42P06", "XX000")  # duplicates, and "tuple concurrently updated"

# Every row is a statement that an administrator could run to close a gap, in the order to run them.
_GAPS = """
WITH wanted (name) AS (SELECT unnest({roles}::text[])),
actor (name, oid) AS (
    SELECT n.name, r.oid
    FROM (SELECT coalesce({owner}, session_user)::text) n(name) LEFT JOIN pg_roles r ON rolname = n.name
),
gaps (place, statement) AS (
    SELECT 1, format('CREATE ROLE %I NOLOGIN', name) FROM wanted
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
    UNION ALL
    SELECT 2, format('GRANT %I TO %I', name, session_user) FROM actor
    WHERE NOT coalesce(
        pg_has_role(session_user, oid,
            CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END),
        (SELECT rolsuper FROM pg_roles WHERE rolname = session_user))
    UNION ALL
    SELECT 3, format('CREATE SCHEMA %I AUTHORIZATION %I', s.name, a.name)
    FROM actor a, unnest({schemas}::text[]) s(name)
    WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = s.name)
    UNION ALL
    SELECT 4, format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', nspname, a.name)
    FROM actor a, pg_namespace n
    WHERE nspname = ANY ({schemas}::text[]) AND NOT coalesce(
        has_schema_privilege(a.oid, n.oid, 'USAGE') AND has_schema_privilege(a.oid, n.oid, 'CREATE'), false)
    UNION ALL
    SELECT 5, format('GRANT USAGE ON SCHEMA %I TO %I', {schema}, w.name)
    FROM wanted w LEFT JOIN pg_roles r ON rolname = w.name LEFT JOIN pg_namespace n ON nspname = {schema}
    WHERE w.name <> (SELECT name FROM actor)
      AND NOT coalesce(has_schema_privilege(coalesce(r.oid, 0), n.oid, 'USAGE'), false)  -- 0: PUBLIC
)
SELECT statement FROM gaps ORDER BY place, statement
"""

_UNFIT = """
SELECT format('%s has %s', rolname, concat_ws(', ',
    CASE WHEN rolcanlogin THEN 'LOGIN' END, CASE WHEN rolsuper THEN 'SUPERUSER' END,
    CASE WHEN rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
    CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolreplication THEN 'REPLICATION' END))
FROM pg_roles
WHERE rolname = ANY ({roles}::text[])
  AND (rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
ORDER BY rolname
"""


def ensure(connection: Connection, settings: Settings) -> None:
    """Make the roles and rights that are missing: sql/roles.sql first, then what it left open.

    The connection is in autocommit mode and acts as the session user. Raises RoleUnfit for a role with other
    attributes, RightMissing with the statements that an administrator has to run, and LoadFailed for a
    statement of roles.sql that fails for another reason.
    """
    gaps: list[str] = []
    for attempt in range(_ATTEMPTS):
        try:
            gaps = _find_gaps(connection, settings)
            if gaps:
                _close_gaps(connection, settings)
                gaps = _find_gaps(connection, settings)
            break
        except psycopg.errors.InsufficientPrivilege as error:
            raise _right_missing(gaps, error.diag.message_primary or "refused") from error
        except psycopg.Error as error:
            if error.sqlstate not in _CONCURRENT or attempt == _ATTEMPTS - 1:
                raise
            time.sleep(_PAUSE * (attempt + 1))
    if gaps:
        raise _right_missing(gaps, "some grants had no effect")


def _find_gaps(connection: Connection, settings: Settings) -> list[str]:
    unfit = [row[0] for row in connection.execute(_fill(_UNFIT, settings))]
    if unfit:
        raise RoleUnfit(
            f"Roles of the project exist with attributes they must not have: {'; '.join(unfit)}.",
            remedy="Remove the attributes with ALTER ROLE, or choose other names under [tool.toolkit].",
        )
    return [row[0] for row in connection.execute(_fill(_GAPS, settings))]


def _close_gaps(connection: Connection, settings: Settings) -> None:
    with connection.transaction():
        for statement in read_roles(settings.sql):
            _run(connection, statement)
        for gap in _find_gaps(connection, settings):
            connection.execute(gap.encode())


def _run(connection: Connection, statement: Statement) -> None:
    """Run a statement of roles.sql; an error that is its own fault gets its place."""
    try:
        connection.execute(statement.text.encode())
    except psycopg.Error as error:
        if error.sqlstate in (None, _NOT_PERMITTED, *_CONCURRENT):
            raise
        line = statement.line_at(int(error.diag.statement_position or 1))
        raise LoadFailed(statement.path, line, words(error), error.sqlstate) from error


def _right_missing(gaps: list[str], reason: str) -> RightMissing:
    statements = "".join(f"\n  {gap};" for gap in gaps)
    return RightMissing(
        f"Roles or rights are missing and this user may not make them ({reason}).",
        remedy=f"Let an administrator run in this database:{statements}",
    )


def script(settings: Settings) -> str:
    """Return the same as one statement for an SQL script: a DO block that closes the gaps or fails."""
    roles_sql = "".join(
        f"\n        EXECUTE {sql.Literal(statement.text).as_string()};"
        for statement in read_roles(settings.sql)
    )
    gaps, unfit = (_fill(query, settings).as_string().strip() for query in (_GAPS, _UNFIT))
    return f"""DO $toolkit_roles$
DECLARE
    wrong text;
    gap text;
BEGIN
    FOR wrong IN {unfit} LOOP
        RAISE EXCEPTION 'a role of the project has attributes it must not have: %', wrong;
    END LOOP;
    IF EXISTS ({gaps}) THEN
        NULL;{roles_sql}
    END IF;
    FOR gap IN {gaps} LOOP
        EXECUTE gap;
    END LOOP;
END
$toolkit_roles$;"""


def _fill(query: LiteralString, settings: Settings) -> sql.Composed:
    names = [settings.roles.read, settings.roles.command, settings.roles.maintain]
    return sql.SQL(query).format(
        roles=sql.Literal([*([settings.owner] if settings.owner else []), *names]),
        owner=sql.Literal(settings.owner),
        schema=sql.Literal(settings.schema),
        schemas=sql.Literal([settings.schema, "toolkit"]),
    )
