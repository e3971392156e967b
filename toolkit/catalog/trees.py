"""Analysed query trees and what is needed to read them, in a fixed number of queries.

Everything is read in one transaction that is rolled back: bodies of SQL functions that are written as a
string are analysed by creating a temporary function of the same body.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import sql

from toolkit.core.trees import (
    Argument,
    Attribute,
    Check,
    ForeignKey,
    Relation,
    Routine,
    Snapshot,
    Type,
)

_ENFORCED_SINCE = 180000  # pg_constraint.conenforced; NOT NULL constraints that are not validated
_RELATIONS = """
    SELECT c.oid, n.nspname, CASE WHEN n.nspname = {schema} THEN quote_ident(c.relname)
            ELSE quote_ident(n.nspname) || '.' || quote_ident(c.relname) END, c.relkind, c.reltype,
        c.relrowsecurity, (SELECT array_agg(inhparent) FROM pg_inherits WHERE inhrelid = c.oid)
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND {ours}"""
_ATTRIBUTES = """
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull AND {valid},
        coalesce(d.description, ''), o.collisdeterministic IS FALSE,
        CASE WHEN a.atttypmod <> -1 THEN format_type(a.atttypid, a.atttypmod) END
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_collation AS o ON o.oid = a.attcollation
    LEFT JOIN pg_description AS d
        ON d.objoid = a.attrelid AND d.objsubid = a.attnum AND d.classoid = 'pg_class'::regclass
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
        AND {ours}
    ORDER BY a.attrelid, a.attnum"""
_OURS = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
_NOT_NULL_VALID = """NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = a.attrelid
    AND k.contype = 'n' AND NOT k.convalidated AND k.conkey = ARRAY[a.attnum])"""
_TYPES = """
    SELECT t.oid, format_type(t.oid, NULL), t.typtype,
        CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, t.typbasetype, t.typtypmod,
        t.typnotnull, t.typrelid, EXISTS (
            SELECT FROM pg_cast WHERE castsource = t.oid AND casttarget = 'json'::regtype AND castmethod = 'f'
                AND t.oid >= 16384)
    FROM pg_type AS t"""
_LABELS = "SELECT enumtypid, oid, enumlabel FROM pg_enum ORDER BY enumtypid, enumsortorder"
_ROUTINES = """
    SELECT p.oid, n.nspname, CASE n.nspname WHEN 'pg_catalog' THEN p.proname
            WHEN {schema} THEN quote_ident(p.proname)
            ELSE quote_ident(n.nspname) || '.' || quote_ident(p.proname) END, p.prokind, l.lanname,
        p.proisstrict, p.provolatile, p.prorettype, p.proretset,
        CASE WHEN {ours} THEN coalesce(p.proallargtypes, p.proargtypes::oid[]) ELSE '{{}}' END,
        p.proargmodes, p.proargnames, p.pronargdefaults, CASE WHEN {ours} THEN p.prosqlbody::text END
    FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    JOIN pg_language AS l ON l.oid = p.prolang"""
_OPERATORS = "SELECT oid, oprname FROM pg_operator"
_FOREIGN_KEYS = """
    SELECT conrelid, conkey, confrelid, confkey FROM pg_constraint
    WHERE contype = 'f' AND convalidated AND NOT condeferrable AND {enforced}"""
_CHECKS = """
    SELECT CASE WHEN contypid <> 0 THEN contypid ELSE conrelid END, conbin::text FROM pg_constraint
    WHERE contype = 'c' AND convalidated AND NOT connoinherit AND {enforced}"""
_QUERIES = """
    SELECT r.ev_class, r.ev_action::text FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE r.rulename = '_RETURN' AND {ours}"""
_CAN_CREATE = """
    SELECT NOT pg_is_in_recovery() AND has_database_privilege(current_database(), 'TEMPORARY')
        AND current_setting('transaction_read_only') = 'off'"""
# A body that can't stand in BEGIN ATOMIC stays without a tree.
_ANALYSE = """
    DO $toolkit$
    DECLARE
        routine record;
        home text := current_setting('search_path');
    BEGIN
        FOR routine IN
            SELECT p.oid, p.proname, p.prosrc, p.proconfig FROM pg_proc AS p
            JOIN pg_namespace AS n ON n.oid = p.pronamespace
            JOIN pg_language AS l ON l.oid = p.prolang
            WHERE l.lanname = 'sql' AND p.prosqlbody IS NULL AND p.prokind = 'f'
                AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        LOOP
            BEGIN
                PERFORM set_config('search_path', coalesce(
                    (SELECT substr(item, 13) FROM unnest(routine.proconfig) AS item
                     WHERE item ^@ 'search_path='), home), true);
                -- By its own name first, which the body may write before that of a parameter.
                EXECUTE format(
                    E'CREATE FUNCTION pg_temp.%I(%s) RETURNS %s LANGUAGE sql BEGIN ATOMIC %s\n; END',
                    routine.proname, pg_get_function_arguments(routine.oid),
                    pg_get_function_result(routine.oid), routine.prosrc);
                EXECUTE format('ALTER FUNCTION pg_temp.%I(%s) RENAME TO %I', routine.proname,
                    pg_get_function_identity_arguments(routine.oid), 'toolkit_' || routine.oid);
            EXCEPTION WHEN OTHERS THEN NULL;
            END;
        END LOOP;
    END
    $toolkit$"""
_ANALYSED = """
    SELECT substr(proname, 9)::oid, prosqlbody::text FROM pg_proc
    WHERE pronamespace = pg_my_temp_schema() AND proname ^@ 'toolkit_'"""


def read_snapshot(connection: psycopg.Connection, schema: str = "public") -> Snapshot:
    """Return what shapes are worked out from, of everything in the connection's database.

    schema: the schema of the project, whose objects go by their bare names. What is made in the connection is
    rolled back. Bodies of SQL functions that are a string have a tree only where temporary functions can be
    made: not on a standby, and not without the right to.
    """
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
        return _read(connection, schema)


def _read(connection: psycopg.Connection, schema: str) -> Snapshot:
    newer = connection.info.server_version >= _ENFORCED_SINCE
    words = {
        "schema": sql.Literal(schema),
        "valid": sql.SQL(_NOT_NULL_VALID if newer else "true"),
        "ours": sql.SQL(_OURS),
        "enforced": sql.SQL("conenforced" if newer else "true"),
    }

    def rows(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql.SQL(query).format(**words)).fetchall()

    attributes = rows(_ATTRIBUTES)
    labels: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for type_, oid, label in rows(_LABELS):
        labels[type_].append((oid, label))
    columns: dict[int, list[Attribute]] = defaultdict(list)
    for relation, *facts, _ in attributes:
        columns[relation].append(Attribute(*facts))
    return Snapshot(
        major=connection.info.server_version // 10000,
        relations={
            oid: Relation(oid, home, name, kind, type_, secured, tuple(columns[oid]), tuple(parents or ()))
            for oid, home, name, kind, type_, secured, parents in rows(_RELATIONS)
        },
        types={row[0]: replace(Type(*row), labels=tuple(labels[row[0]])) for row in rows(_TYPES)},
        operators=dict(rows(_OPERATORS)),
        foreign_keys=tuple(
            ForeignKey(relation, tuple(keys), target, tuple(target_keys))
            for relation, keys, target, target_keys in rows(_FOREIGN_KEYS)
        ),
        checks=tuple(Check(*row) for row in rows(_CHECKS)),
        queries=dict(rows(_QUERIES)),
        formats={(row[3], row[4]): row[-1] for row in attributes if row[-1] is not None},
        # Last, because it changes the search path.
        routines=_read_routines(rows(_ROUTINES), _analyse(connection)),
    )


def _analyse(connection: psycopg.Connection) -> Mapping[int, str]:
    if connection.execute(_CAN_CREATE).fetchone() != (True,):
        return {}
    connection.execute(_ANALYSE)
    return dict(connection.execute(_ANALYSED).fetchall())


def _read_routines(rows: Iterable[tuple[Any, ...]], analysed: Mapping[int, str]) -> dict[int, Routine]:
    routines = {}
    for oid, *facts, types, modes, names, defaults, body in rows:
        arguments = tuple(
            map(Argument, names or [""] * len(types), types, modes or "i" * len(types)) if types else ()
        )
        routines[oid] = Routine(*(oid, *facts, arguments, defaults, body or analysed.get(oid, "")))
    return routines
