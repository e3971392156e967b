"""Queries over PostgreSQL's catalogs for what is in a database: rows (kind, schema, name, fact).

Kinds and names are those of pg_dump. What belongs to a table (columns, constraints, indexes, triggers, rules,
policies) is a fact of the table.
Written for PostgreSQL 15 to 18, search_path empty.
"""

from typing import Final

_KIND: Final = """CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
        WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END"""
# Objects of users: no system schemas, nothing that the toolkit or an extension keeps.
_SCHEMAS: Final = r"n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'toolkit')"
_NO_MEMBER: Final = """NOT EXISTS (
        SELECT FROM pg_depend AS e
        WHERE e.classid = '{catalog}'::regclass AND e.objid = {oid} AND e.deptype = 'e'
    )"""
_RELATION: Final = f"""
    FROM pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace AND {_SCHEMAS}
        AND c.relname <> 'alembic_version'
        AND {_NO_MEMBER.format(catalog="pg_class", oid="c.oid")}
"""
_RIGHTS: Final = """(
        SELECT string_agg(
            coalesce(g.rolname, 'PUBLIC') || '=' || a.privilege_type
                || CASE WHEN a.is_grantable THEN '*/' ELSE '/' END || r.rolname,
            ' ' ORDER BY g.rolname NULLS FIRST, a.privilege_type, r.rolname
        )
        FROM aclexplode({acl}) AS a
        INNER JOIN pg_roles AS r ON r.oid = a.grantor
        LEFT JOIN pg_roles AS g ON g.oid = a.grantee
    )"""


def _rights(acl: str, kind: str, owner: str) -> str:
    return _RIGHTS.format(acl=f"coalesce({acl}, acldefault('{kind}', {owner}))")


_RELATIONS: Final = f"""
    SELECT {_KIND}, n.nspname, c.relname, concat_ws(
        '|', 'is', c.relkind, c.relpersistence, pg_get_userbyid(c.relowner),
        (SELECT string_agg(o, ',' ORDER BY o) FROM unnest(c.reloptions) AS o),
        {_rights("c.relacl", "r", "c.relowner")},
        pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
        c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
        (SELECT amname FROM pg_am AS m WHERE m.oid = c.relam),
        (SELECT spcname FROM pg_tablespace AS s WHERE s.oid = c.reltablespace),
        (SELECT string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno)
            FROM pg_inherits AS i WHERE i.inhrelid = c.oid)
    ) {_RELATION} WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
    UNION ALL
    SELECT {_KIND}, n.nspname, c.relname, 'query ' || pg_get_viewdef(c.oid)
    {_RELATION} WHERE c.relkind IN ('v', 'm')
"""
_COLUMNS: Final = f"""
    SELECT {_KIND}, n.nspname, c.relname, concat_ws(
        '|', 'column', CASE WHEN c.relkind IN ('v', 'm', 'c') THEN
            row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum) END, quote_ident(a.attname),
        format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
        CASE WHEN a.attnotnull THEN 'NOT NULL' END, a.attidentity, a.attgenerated,
        pg_get_expr(d.adbin, d.adrelid), CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END,
        a.attcompression, CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
        CASE WHEN a.attoptions IS NOT NULL THEN (SELECT string_agg(o, ',' ORDER BY o)
            FROM unnest(a.attoptions) AS o WHERE o NOT LIKE 'pg_attver=%') END,
        CASE WHEN a.attacl IS NOT NULL THEN {_RIGHTS.format(acl="a.attacl")} END, a.attislocal
    ) {_RELATION}
    INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    INNER JOIN pg_type AS t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
"""
_OF_TABLES: Final = f"""
    SELECT {_KIND}, n.nspname, c.relname, concat_ws(
        '|', 'constraint', quote_ident(o.conname), pg_get_constraintdef(o.oid), o.convalidated,
        o.conislocal
    ) {_RELATION} INNER JOIN pg_constraint AS o ON o.conrelid = c.oid AND o.contype NOT IN ('n', 't')
    UNION ALL
    SELECT {_KIND}, n.nspname, c.relname, concat_ws(
        '|', 'index', pg_get_indexdef(x.indexrelid), x.indisvalid, x.indisready, x.indisclustered,
        x.indisreplident, (SELECT spcname FROM pg_tablespace AS s WHERE s.oid = i.reltablespace),
        (SELECT h.inhparent::regclass::text FROM pg_inherits AS h WHERE h.inhrelid = i.oid)
    ) {_RELATION}
    INNER JOIN pg_index AS x ON x.indrelid = c.oid INNER JOIN pg_class AS i ON i.oid = x.indexrelid
    UNION ALL
    SELECT {_KIND}, n.nspname, c.relname, concat_ws(
        '|', 'trigger', pg_get_triggerdef(g.oid), g.tgenabled
    ) {_RELATION} INNER JOIN pg_trigger AS g ON g.tgrelid = c.oid AND NOT g.tgisinternal
    UNION ALL
    SELECT {_KIND}, n.nspname, c.relname, concat_ws(
        '|', 'rule', pg_get_ruledef(r.oid), r.ev_enabled
    ) {_RELATION} INNER JOIN pg_rewrite AS r ON r.ev_class = c.oid AND r.rulename <> '_RETURN'
    UNION ALL
    SELECT {_KIND}, n.nspname, c.relname, concat_ws(
        '|', 'policy', quote_ident(p.polname), p.polcmd, p.polpermissive,
        (SELECT string_agg(coalesce(g.rolname, 'PUBLIC'), ',' ORDER BY g.rolname)
            FROM unnest(p.polroles) AS r (oid) LEFT JOIN pg_roles AS g ON g.oid = r.oid),
        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
    ) {_RELATION} INNER JOIN pg_policy AS p ON p.polrelid = c.oid
"""
_ROUTINES: Final = f"""
    SELECT CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END, n.nspname,
        p.proname || '(' || (
            SELECT coalesce(string_agg(format_type(a.type, NULL), ', ' ORDER BY a.place), '')
            FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place)
        ) || ')',
        concat_ws(
            '|', 'is', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE (
                SELECT concat_ws(
                    '|', g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.aggserialfn, g.aggdeserialfn,
                    g.aggmtransfn, g.aggminvtransfn, g.aggmfinalfn, g.aggtranstype::regtype,
                    g.aggmtranstype::regtype, g.agginitval, g.aggminitval, g.aggsortop::regoper,
                    g.aggfinalextra, g.aggkind, p.proparallel
                ) FROM pg_aggregate AS g WHERE g.aggfnoid = p.oid
            ) END,
            pg_get_userbyid(p.proowner), {_rights("p.proacl", "f", "p.proowner")}
        )
    FROM pg_proc AS p INNER JOIN pg_namespace AS n ON n.oid = p.pronamespace AND {_SCHEMAS}
    WHERE {_NO_MEMBER.format(catalog="pg_proc", oid="p.oid")}
"""
_TYPES: Final = f"""
    SELECT CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, n.nspname, t.typname, concat_ws(
        '|', 'is', t.typtype, pg_get_userbyid(t.typowner), {_rights("t.typacl", "T", "t.typowner")},
        (SELECT string_agg(quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder)
            FROM pg_enum AS e WHERE e.enumtypid = t.oid),
        CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
        CASE WHEN t.typnotnull THEN 'NOT NULL' END, t.typdefault,
        CASE WHEN t.typtype = 'd' THEN t.typcollation::regcollation::text END,
        (SELECT string_agg(
                quote_ident(o.conname) || ' ' || pg_get_constraintdef(o.oid), ',' ORDER BY o.conname
            ) FROM pg_constraint AS o WHERE o.contypid = t.oid AND o.contype <> 'n'),
        (SELECT concat_ws(
                ' ', r.rngsubtype::regtype, r.rngcollation::regcollation, r.rngcanonical, r.rngsubdiff,
                r.rngmultitypid::regtype
            ) FROM pg_range AS r WHERE r.rngtypid = t.oid)
    )
    FROM pg_type AS t INNER JOIN pg_namespace AS n ON n.oid = t.typnamespace AND {_SCHEMAS}
    WHERE (t.typtype IN ('d', 'e', 'r') OR (t.typtype = 'c' AND EXISTS (
        SELECT FROM pg_class AS c WHERE c.oid = t.typrelid AND c.relkind = 'c'
    ))) AND {_NO_MEMBER.format(catalog="pg_type", oid="t.oid")}
"""
_SEQUENCES: Final = f"""
    SELECT 'SEQUENCE', n.nspname, c.relname, concat_ws(
        '|', 'is', c.relpersistence, pg_get_userbyid(c.relowner), {_rights("c.relacl", "s", "c.relowner")},
        s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle,
        (SELECT concat_ws(' ', d.deptype, d.refobjid::regclass, a.attname)
            FROM pg_depend AS d
            INNER JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i'))
    ) {_RELATION} INNER JOIN pg_sequence AS s ON s.seqrelid = c.oid
"""
_SCHEMAS_AND_MORE: Final = f"""
    SELECT 'SCHEMA', '', n.nspname, concat_ws(
        '|', 'is', pg_get_userbyid(n.nspowner), {_rights("n.nspacl", "n", "n.nspowner")}
    ) FROM pg_namespace AS n WHERE {_SCHEMAS}
    UNION ALL
    SELECT 'EXTENSION', '', e.extname, 'is|' || e.extnamespace::regnamespace
    FROM pg_extension AS e
    UNION ALL
    SELECT 'STATISTICS', n.nspname, s.stxname, concat_ws(
        '|', 'is', s.stxkind, s.stxrelid::regclass,
        (SELECT string_agg(quote_ident(a.attname), ',' ORDER BY a.attname) FROM pg_attribute AS a
            WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys)),
        (SELECT string_agg(x, ',' ORDER BY x) FROM unnest(pg_get_statisticsobjdef_expressions(s.oid)) AS x),
        CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END, pg_get_userbyid(s.stxowner)
    )
    FROM pg_statistic_ext AS s INNER JOIN pg_namespace AS n ON n.oid = s.stxnamespace AND {_SCHEMAS}
    UNION ALL
    SELECT 'DEFAULT ACL', coalesce(n.nspname, ''), d.defaclobjtype::text, concat_ws(
        '|', 'is', pg_get_userbyid(d.defaclrole), {_RIGHTS.format(acl="d.defaclacl")}
    )
    FROM pg_default_acl AS d LEFT JOIN pg_namespace AS n ON n.oid = d.defaclnamespace
    UNION ALL
    SELECT 'PUBLICATION', '', p.pubname, concat_ws(
        '|', 'is', pg_get_userbyid(p.pubowner), p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete,
        p.pubtruncate, p.pubviaroot,
        (SELECT string_agg(s.pnnspid::regnamespace::text, ',' ORDER BY s.pnnspid::regnamespace::text)
            FROM pg_publication_namespace AS s WHERE s.pnpubid = p.oid)
    ) FROM pg_publication AS p
    UNION ALL
    SELECT 'PUBLICATION', '', p.pubname, concat_ws(
        '|', 'table', r.prrelid::regclass, pg_get_expr(r.prqual, r.prrelid),
        (SELECT string_agg(quote_ident(a.attname), ',' ORDER BY a.attname) FROM pg_attribute AS a
            WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs))
    )
    FROM pg_publication AS p INNER JOIN pg_publication_rel AS r ON r.prpubid = p.oid
    UNION ALL
    SELECT upper(i.type), coalesce(i.schema, ''), i.identity, 'exists'
    FROM (
        SELECT 'pg_operator'::regclass AS class, oid FROM pg_operator
        UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
        UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
        UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast
        UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation
        UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion
        UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config
        UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict
        UNION ALL SELECT 'pg_ts_parser'::regclass, oid FROM pg_ts_parser
        UNION ALL SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template
        UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
        UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
        UNION ALL SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
        UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
        UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
        UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am
    ) AS o, pg_identify_object(o.class, o.oid, 0) AS i
    WHERE o.oid >= 16384 AND NOT EXISTS (
        SELECT FROM pg_depend AS e WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e'
    )
"""
_COMMENTS: Final = """
    SELECT 'COMMENT', '', i.identity, i.type || ': ' || d.description
    FROM pg_description AS d, pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
    WHERE (d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass)
        AND i.identity !~ '(^| )toolkit(\\.|$)|alembic_version' AND NOT EXISTS (
        SELECT FROM pg_depend AS e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e'
    )
"""
# What a view, routine, default or constraint is made of; the kinds of pg_dump don't matter to that.
_DEPENDENCIES: Final = """
    SELECT 'DEPENDENCY', '', o.identity, 'on ' || r.type || ' ' || r.identity
    FROM (
        SELECT DISTINCT classid, objid, objsubid, refclassid, refobjid, refobjsubid FROM pg_depend
        WHERE deptype = 'n' AND objid >= 16384 AND refobjid >= 16384
            AND NOT (
                classid = 'pg_constraint'::regclass
                AND EXISTS (SELECT FROM pg_constraint AS o WHERE o.oid = objid AND o.contype = 'n')
            )
    ) AS d, pg_identify_object(d.classid, d.objid, d.objsubid) AS o,
        pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) AS r
    WHERE o.identity !~ '(^| )toolkit\\.|alembic_version' AND r.identity !~ '^toolkit(\\.|$)'
"""

QUERIES: Final = (
    _RELATIONS, _COLUMNS, _OF_TABLES, _ROUTINES, _TYPES, _SEQUENCES, _SCHEMAS_AND_MORE, _COMMENTS,
    _DEPENDENCIES,
)  # fmt: skip
