"""What the objects of a live database are, told by one query over its catalogs: pg_dump is not needed.

The texts are the same on every supported major version. PostgreSQL 16 and newer leave out qualifiers that 15
writes, so all of them are taken out of what the server writes, and what a view reads is told beside its text.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg.types.string import TextLoader

from toolkit.core.changes import ObjectKey

_LENGTH = 12  # hexadecimal digits: nobody is to be deceived, only told

# What changes how the server writes constants, names and the types in a function's name.
_SETTINGS = """
SELECT set_config(name, value, true) FROM (VALUES
    ('search_path', ''), ('datestyle', 'ISO'), ('intervalstyle', 'postgres'), ('timezone', 'UTC'),
    ('extra_float_digits', '1'), ('bytea_output', 'hex'), ('quote_all_identifiers', 'off')
) AS setting (name, value)
"""

# One row for each fact: kind, schema and name of its object; kind, schema and name of the object which that
# belongs to, where it goes with one (an index with its table); what is true of it.
_UNQUALIFIED: LiteralString = r"""'("([^"]|"")*"|[[:alpha:]_][[:alnum:]_$]*)\.', '', 'g'"""
_FACTS: LiteralString = f"""
WITH namespace AS MATERIALIZED (
    SELECT oid, nspname FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'toolkit')
),
member AS MATERIALIZED (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
relation AS MATERIALIZED (
    SELECT c.*, nspname, CASE relkind
        WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
        WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS kind
    FROM pg_class c JOIN namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c') AND relname <> 'alembic_version'
      AND (%(names)s::text[] IS NULL OR relname = ANY (%(names)s) OR c.oid IN (
          SELECT indrelid FROM pg_index JOIN pg_class x ON x.oid = indexrelid
          WHERE x.relname = ANY (%(names)s)
          UNION ALL SELECT stxrelid FROM pg_statistic_ext WHERE stxname = ANY (%(names)s)))
      AND (1259, c.oid) NOT IN (SELECT classid, objid FROM member)
),
routine AS MATERIALIZED (
    SELECT p.*, nspname,
        CASE prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END AS kind,
        proname || '(' || coalesce((
            SELECT string_agg(format_type(t, NULL), ', ' ORDER BY n)
            FROM unnest(proargtypes) WITH ORDINALITY AS argument (t, n)), '') || ')' AS name
    FROM pg_proc p JOIN namespace n ON n.oid = pronamespace
    WHERE (%(names)s::text[] IS NULL OR proname = ANY (%(names)s))
      AND (1255, p.oid) NOT IN (SELECT classid, objid FROM member)
),
type AS MATERIALIZED (
    SELECT t.*, nspname, CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END AS kind
    FROM pg_type t JOIN namespace n ON n.oid = typnamespace
    WHERE typtype IN ('b', 'd', 'e', 'r') AND typcategory <> 'A'
      AND (%(names)s::text[] IS NULL OR typname = ANY (%(names)s))
      AND (1247, t.oid) NOT IN (SELECT classid, objid FROM member)
),
granted (kind, nspname, name, owner, acl) AS (
    SELECT kind, nspname, relname, relowner, coalesce(relacl, acldefault(
        CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)) FROM relation WHERE relkind <> 'c'
    UNION ALL
    SELECT kind, nspname, relname, relowner, attacl
    FROM relation r JOIN pg_attribute ON attrelid = r.oid WHERE attacl IS NOT NULL
    UNION ALL
    SELECT kind, nspname, name, proowner, coalesce(proacl, acldefault('f', proowner)) FROM routine
    UNION ALL
    SELECT kind, nspname, typname, typowner, coalesce(typacl, acldefault('T', typowner)) FROM type
    UNION ALL
    SELECT 'SCHEMA', '', nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner))
    FROM pg_namespace WHERE oid IN (SELECT oid FROM namespace)
)
SELECT kind, nspname, relname, NULL, NULL, NULL,
    jsonb_build_array(relkind, relpersistence, relrowsecurity, relforcerowsecurity, reloptions, relreplident,
        pg_get_expr(relpartbound, oid), CASE relkind WHEN 'p' THEN pg_get_partkeydef(oid) END)
FROM relation WHERE relkind <> 'S'
UNION ALL
SELECT kind, nspname, relname, NULL, NULL, NULL,
    jsonb_build_array('column', CASE WHEN relkind IN ('v', 'm', 'c') THEN attnum END, attname,
        format_type(atttypid, atttypmod), attnotnull AND relkind IN ('r', 'p', 'f'), attidentity,
        attgenerated, (SELECT collname FROM pg_collation WHERE oid = attcollation AND oid <> 100),
        pg_get_expr(adbin, adrelid), nullif(attstorage, typstorage), nullif(attstattarget, -1),
        ARRAY(SELECT o FROM unnest(attoptions) AS o WHERE NOT starts_with(o, 'pg_attver=')))
FROM relation r JOIN pg_attribute ON attrelid = r.oid AND attnum > 0 AND NOT attisdropped
    JOIN pg_type t ON t.oid = atttypid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relkind <> 'S'
UNION ALL
SELECT kind, nspname, relname, NULL, NULL, NULL, jsonb_build_array('inherits', inhparent::regclass)
FROM relation r JOIN pg_inherits ON inhrelid = r.oid
UNION ALL
SELECT kind, nspname, relname, NULL, NULL, NULL,
    jsonb_build_array('check', conname, pg_get_constraintdef(c.oid), convalidated)
FROM relation r JOIN pg_constraint c ON conrelid = r.oid AND contype = 'c'
UNION ALL
SELECT kind, nspname, relname, NULL, NULL, NULL, jsonb_build_array('query', regexp_replace(
    pg_get_viewdef(oid), {_UNQUALIFIED}))
FROM relation WHERE relkind IN ('v', 'm')
UNION ALL
SELECT DISTINCT r.kind, r.nspname, r.relname, NULL, NULL, NULL,
    jsonb_build_array('reads', refobjid::regclass, attname)
FROM relation r JOIN pg_rewrite w ON ev_class = r.oid AND rulename = '_RETURN'
    JOIN pg_depend d ON classid = 2618 AND objid = w.oid AND refclassid = 1259 AND refobjid <> r.oid
    LEFT JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid AND attnum > 0
UNION ALL
SELECT kind, nspname, relname, NULL, NULL, NULL,
    jsonb_build_array(format_type(seqtypid, NULL), seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle)
FROM relation r JOIN pg_sequence ON seqrelid = r.oid
UNION ALL
SELECT kind, nspname, name, NULL, NULL, NULL,
    jsonb_build_array(pg_get_function_arguments(r.oid), pg_get_function_result(r.oid), lanname, provolatile,
        proisstrict, prosecdef, proleakproof, proparallel, procost, prorows, proconfig, md5(prosrc),
        regexp_replace(pg_get_function_sqlbody(r.oid), {_UNQUALIFIED}),
        (SELECT jsonb_build_array(aggtransfn::regproc, aggfinalfn::regproc, format_type(aggtranstype, NULL),
            agginitval) FROM pg_aggregate WHERE aggfnoid = r.oid))
FROM routine r JOIN pg_language l ON l.oid = prolang
UNION ALL
SELECT kind, nspname, typname, NULL, NULL, NULL,
    jsonb_build_array(typtype, typnotnull, typdefault, format_type(nullif(typbasetype, 0), typtypmod),
        (SELECT jsonb_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
        (SELECT format_type(rngsubtype, NULL) FROM pg_range WHERE rngtypid = t.oid),
        (SELECT jsonb_object_agg(conname, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE contypid = t.oid AND contype = 'c'))
FROM type t
UNION ALL
SELECT 'INDEX', r.nspname, x.relname, kind, r.nspname, r.relname,
    jsonb_build_array(pg_get_indexdef(indexrelid), indisvalid, indisreplident, indisclustered)
FROM relation r JOIN pg_index i ON indrelid = r.oid JOIN pg_class x ON x.oid = indexrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
UNION ALL
SELECT CASE contype WHEN 'f' THEN 'FK CONSTRAINT' WHEN 'c' THEN 'CHECK CONSTRAINT' ELSE 'CONSTRAINT' END,
    nspname, relname || ' ' || conname, kind, nspname, relname,
    jsonb_build_array(pg_get_constraintdef(c.oid), convalidated, indisreplident, indisclustered)
FROM relation r JOIN pg_constraint c ON conrelid = r.oid AND contype IN ('p', 'u', 'x', 'f', 'c')
    LEFT JOIN pg_index ON indexrelid = conindid AND contype <> 'f'
UNION ALL
SELECT 'TRIGGER', nspname, relname || ' ' || tgname, kind, nspname, relname,
    jsonb_build_array(regexp_replace(pg_get_triggerdef(t.oid), {_UNQUALIFIED}), tgenabled)
FROM relation r JOIN pg_trigger t ON tgrelid = r.oid AND NOT tgisinternal
UNION ALL
SELECT 'RULE', nspname, relname || ' ' || rulename, kind, nspname, relname,
    jsonb_build_array(regexp_replace(pg_get_ruledef(w.oid), {_UNQUALIFIED}), ev_enabled)
FROM relation r JOIN pg_rewrite w ON ev_class = r.oid AND rulename <> '_RETURN'
UNION ALL
SELECT 'POLICY', nspname, relname || ' ' || polname, kind, nspname, relname,
    jsonb_build_array(polcmd, polpermissive,
        regexp_replace(pg_get_expr(polqual, polrelid), {_UNQUALIFIED}),
        regexp_replace(pg_get_expr(polwithcheck, polrelid), {_UNQUALIFIED}),
        (SELECT jsonb_agg(name ORDER BY name) FROM (
            SELECT coalesce(rolname, 'public') FROM unnest(polroles) AS p (id) LEFT JOIN pg_roles ON oid = id
        ) AS role (name)))
FROM relation r JOIN pg_policy p ON polrelid = r.oid
UNION ALL
SELECT 'STATISTICS', n.nspname, stxname, kind, r.nspname, relname,
    jsonb_build_array(stxkind, pg_get_statisticsobjdef_expressions(s.oid), (
        SELECT jsonb_agg(attname ORDER BY attname) FROM pg_attribute
        WHERE attrelid = r.oid AND attnum = ANY (stxkeys)))
FROM relation r JOIN pg_statistic_ext s ON stxrelid = r.oid JOIN namespace n ON n.oid = stxnamespace
UNION ALL
SELECT 'EXTENSION', '', extname, NULL, NULL, NULL, '[]' FROM pg_extension
UNION ALL
SELECT 'SCHEMA', '', nspname, NULL, NULL, NULL, '[]' FROM namespace
UNION ALL
SELECT 'ACL', nspname, kind || ' ' || name, kind, nspname, name,
    jsonb_build_array(coalesce(rolname, 'public'), privilege_type, is_grantable)
FROM granted, aclexplode(acl) LEFT JOIN pg_roles r ON r.oid = grantee
WHERE grantee <> owner
"""


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """A short hash for each object of a database.

    own: of the object itself. whole: of it and of what goes with it when it is dropped: its indexes,
    constraints, triggers, rules, policies and grants. No own hash is anybody's whole hash.
    """

    own: Mapping[ObjectKey, str]
    whole: Mapping[ObjectKey, str]


def read_fingerprints(
    connection: psycopg.Connection[tuple[Any, ...]], objects: Collection[str] | None = None
) -> Fingerprints:
    """Return the fingerprints of everything in a database but schema toolkit and members of extensions.

    objects: the names of those that matter, as ObjectKey writes itself; others may come with them.
    Nothing is written and no table is locked; the settings of the session are as before. Owners and comments
    don't count, nor what owners may do; nor do the order of a table's columns and generated NOT NULL names.
    """
    facts: dict[ObjectKey, list[str]] = defaultdict(list)
    parts: dict[ObjectKey, set[ObjectKey]] = defaultdict(set)
    for key, belongs_to, text in read_facts(connection, objects):
        facts[key].append(text)
        if belongs_to is not None:
            parts[belongs_to].add(key)
    own = {key: _digest("own", sorted(texts)) for key, texts in facts.items()}
    whole = {
        key: _digest("whole", [digest, *sorted(f"{part} {own[part]}" for part in parts[key])])
        for key, digest in own.items()
    }
    return Fingerprints(own, whole)


def read_facts(
    connection: psycopg.Connection[tuple[Any, ...]], objects: Collection[str] | None = None
) -> list[tuple[ObjectKey, ObjectKey | None, str]]:
    """Return facts: an object, the one that it goes with, and something that is true of it, in JSON."""
    names = None if objects is None else sorted({name for text in objects for name in _names(text)})
    with connection.transaction(force_rollback=True):
        connection.execute(_SETTINGS)
        with connection.cursor() as cursor:
            cursor.adapters.register_loader("jsonb", TextLoader)
            rows = cursor.execute(_FACTS, {"names": names}).fetchall()
    return [(ObjectKey(*row[:3]), ObjectKey(*row[3:6]) if row[3] else None, row[6]) for row in rows]


def _names(text: str) -> Iterator[str]:
    """Yield what may be a name in the name of an object: behind the kind and the schema, before the rest.

    A name may hold dots and spaces itself, so there are several; one too many does no harm.
    """
    for start in (found.end() for found in re.finditer(r"[ .]", text)):
        yield from (text[start : end.start()] for end in re.finditer(r"[ (]|$", text) if end.start() > start)


def _digest(first: str, texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([first, *texts]).encode()).hexdigest()[:_LENGTH]
