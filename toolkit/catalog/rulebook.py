"""The rules of a database, read in three queries: constraints and unique indexes, routines, triggers."""

from typing import Final

import psycopg

from toolkit.core.rules import Definition, Rulebook, TableRule, TriggerCall

_SQLSTATES: Final = {"u": "23505", "c": "23514", "f": "23503", "x": "23P01", "i": "23505", "t": ""}
_EVENTS: Final = ((4, "insert"), (8, "delete"), (16, "update"), (32, "truncate"))
_NAMES: Final = """ARRAY(
        SELECT a.attname::text FROM unnest({numbers}) WITH ORDINALITY AS k (number, place)
        INNER JOIN pg_attribute AS a ON a.attrelid = {relation} AND a.attnum = k.number ORDER BY k.place
    )"""
# Of partitions only the root's: the error names the partition's, which the client takes back to the root.
_RULES: Final = f"""
    SELECT c.conrelid, c.conname, c.contype::text, {_NAMES.format(numbers="c.conkey", relation="c.conrelid")},
        CASE WHEN c.contype = 'c' THEN pg_get_expr(c.conbin, c.conrelid) ELSE '' END, c.confrelid,
        {_NAMES.format(numbers="c.confkey", relation="c.confrelid")}, c.confdeltype::text
    FROM pg_constraint AS c INNER JOIN pg_namespace AS n ON n.oid = c.connamespace
    WHERE c.contype IN ('u', 'c', 'f', 'x') AND c.conrelid <> 0 AND c.conparentid = 0 AND n.nspname !~ '^pg_'
        AND n.nspname NOT IN ('information_schema', 'toolkit')
    UNION ALL
    SELECT x.indrelid, i.relname, 'i', {_NAMES.format(numbers="x.indkey::int2[]", relation="x.indrelid")},
        '', 0, '{{}}', ' '
    FROM pg_index AS x INNER JOIN pg_class AS i ON i.oid = x.indexrelid
    INNER JOIN pg_namespace AS n ON n.oid = i.relnamespace
    WHERE x.indisunique AND NOT x.indisprimary AND NOT i.relispartition AND n.nspname !~ '^pg_'
        AND n.nspname NOT IN ('information_schema', 'toolkit')
        AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.oid AND c.contype IN ('u', 'x'))
    ORDER BY 1, 2
"""
_DEFINITIONS: Final = """
    SELECT p.oid, pg_get_functiondef(p.oid), n.nspname,
        (SELECT substr(item, 13) FROM unnest(p.proconfig) AS item WHERE item ^@ 'search_path='),
        coalesce(obj_description(p.oid, 'pg_proc'), '')
    FROM pg_proc AS p INNER JOIN pg_namespace AS n ON n.oid = p.pronamespace
    INNER JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname IN ('sql', 'plpgsql')
    WHERE p.prokind IN ('f', 'p') AND n.nspname !~ '^pg_'
        AND n.nspname NOT IN ('information_schema', 'toolkit')
        AND NOT EXISTS (
            SELECT FROM pg_depend AS d
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        )
    ORDER BY p.oid
"""
_TRIGGERS: Final = """
    SELECT tgrelid, tgfoid, tgtype::integer FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'
    ORDER BY tgrelid, tgname
"""


def read_rulebook(connection: psycopg.Connection, schema: str = "public") -> Rulebook:
    """Return the rules of the connection's database; schema: of names in bodies without a search_path."""
    rules, cascades = [], []
    for relation, name, kind, columns, expression, target, keys, deletes in connection.execute(
        _RULES.encode()
    ):
        keeps = kind == "f" and deletes in "ar"
        rules.append(
            TableRule(
                relation, name, _SQLSTATES[kind], tuple(columns), expression, target, tuple(keys), keeps=keeps
            )
        )
        if kind == "f" and not keeps:
            cascades.append((target, relation))
    definitions = [
        Definition(oid, text, _first_schema(path) or schema or home, comment)
        for oid, text, home, path, comment in connection.execute(_DEFINITIONS.encode())
    ]
    triggers = [
        TriggerCall(relation, routine, frozenset(name for bit, name in _EVENTS if type_ & bit))
        for relation, routine, type_ in connection.execute(_TRIGGERS.encode())
    ]
    return Rulebook(tuple(rules), tuple(definitions), tuple(triggers), tuple(cascades))


def _first_schema(path: str | None) -> str:
    """Return the first schema of a search_path that can hold objects of users."""
    parts = [part.strip().strip('"') for part in (path or "").split(",")]
    return next((part for part in parts if part and not part.startswith(("pg_", "$"))), "")
