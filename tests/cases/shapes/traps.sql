-- What looks certain and is not, or the other way round.
CREATE TABLE org (id integer PRIMARY KEY, name text NOT NULL, secret text NOT NULL, note text);
CREATE TABLE hidden (id integer PRIMARY KEY, name text NOT NULL);
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
CREATE TABLE late (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE usr (id integer PRIMARY KEY, org_id integer NOT NULL REFERENCES org, hidden_id integer NOT NULL REFERENCES hidden, name text, nick text,
    late_id integer NOT NULL REFERENCES late DEFERRABLE INITIALLY DEFERRED, boss integer REFERENCES usr,
    code char(3) NOT NULL CHECK (code IN ('a', 'bcd')), ratio numeric NOT NULL CHECK (ratio IN (1, 2.5)), tiny smallint CHECK (tiny IN (1, 2)),
    doc jsonb NOT NULL, old_doc json);
CREATE TABLE parent (id integer NOT NULL, kind text, size integer, CONSTRAINT only_here CHECK (kind IN ('p')) NO INHERIT);
CREATE TABLE child (extra text) INHERITS (parent);
CREATE TABLE unchecked (id integer PRIMARY KEY, kind text NOT NULL, org_id integer NOT NULL);
ALTER TABLE unchecked ADD CONSTRAINT later CHECK (kind IN ('x')) NOT VALID, ADD FOREIGN KEY (org_id) REFERENCES org NOT VALID;
CREATE TABLE part (id integer NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE part_one PARTITION OF part DEFAULT;
CREATE TABLE refers (id integer PRIMARY KEY, part_id integer NOT NULL, at date NOT NULL, FOREIGN KEY (part_id, at) REFERENCES part);
-- fill: UPDATE usr SET doc = (ARRAY['{"a": 1}', '{"a": null, "b": [1, null, {"c": null}]}', '[]', 'null', '"x"'])[1 + abs(id % 5)]::jsonb

CREATE VIEW t01_keys_that_prove AS
    SELECT u.id, jsonb_build_object('org', o.name, 'hidden', h.name, 'late', l.name, 'extra', x.name, 'flipped', f.name, 'wrong', w.name,
        'boss', b.name, 'boss_org', bo.name) AS data
    FROM usr u LEFT JOIN org o ON u.org_id = o.id LEFT JOIN hidden h ON h.id = u.hidden_id LEFT JOIN late l ON l.id = u.late_id
    LEFT JOIN org x ON x.id = u.org_id AND x.note IS NOT NULL LEFT JOIN org f ON f.id = u.org_id LEFT JOIN org w ON w.id = u.late_id
    LEFT JOIN usr b ON b.id = u.boss LEFT JOIN org bo ON bo.id = b.org_id;
CREATE VIEW t02_keys_seen_through AS
    SELECT s.id, jsonb_build_object('by_subquery', o.name, 'by_view', p.name, 'scalar', (SELECT name FROM org WHERE id = s.org_id),
        'limited', (SELECT name FROM org WHERE id = s.org_id LIMIT 0), 'more', (SELECT name FROM org WHERE id = s.org_id AND note = 'x'),
        'nullable', (SELECT name FROM usr WHERE id = s.boss)) AS data
    FROM (SELECT id, org_id, boss FROM usr) s LEFT JOIN org o ON o.id = s.org_id LEFT JOIN (SELECT * FROM org) p ON p.id = s.org_id;
CREATE MATERIALIZED VIEW t03_kept AS SELECT id, org_id, jsonb_build_object('org', org_id) AS data FROM usr;
CREATE VIEW t04_key_of_kept AS SELECT k.id, jsonb_build_object('org', o.name) AS data FROM t03_kept k LEFT JOIN org o ON o.id = k.org_id;
CREATE VIEW t05_not_validated AS SELECT u.id, jsonb_build_object('kind', u.kind, 'org', o.name) AS data FROM unchecked u LEFT JOIN org o ON o.id = u.org_id;
CREATE VIEW t06_partitions AS
    SELECT r.id, jsonb_build_object('all', p.id, 'only', o.id, 'half', h.id) AS data FROM refers r LEFT JOIN part p ON p.id = r.part_id AND p.at = r.at
    LEFT JOIN ONLY part o ON o.id = r.part_id AND o.at = r.at LEFT JOIN part h ON h.id = r.part_id;
CREATE VIEW t07_children AS SELECT id, jsonb_build_object('kind', kind) AS data FROM parent;
CREATE VIEW t08_equal_but_not_alike AS
    SELECT id, jsonb_build_object('code', code, 'ratio', ratio, 'text', ratio::text, 'code_text', code::text, 'tiny', tiny, 'tiny_text', tiny::text) AS data FROM usr;
CREATE VIEW t09_where AS
    SELECT u.id, jsonb_build_object('concat', a.name, 'coalesced', b.name, 'or', c.name, 'both', d.name, 'not_both', e.nick, 'distinct', f.name) AS data
    FROM usr u LEFT JOIN usr a ON a.id = u.boss LEFT JOIN usr b ON b.id = u.boss LEFT JOIN usr c ON c.id = u.boss LEFT JOIN usr d ON d.id = u.boss
    LEFT JOIN usr e ON e.id = u.boss LEFT JOIN usr f ON f.id = u.boss
    WHERE concat(a.name, 'x') = 'x' OR coalesce(b.name, '') = '' OR (c.name = 'x' OR c.name IS NULL) OR (d.name = d.nick AND d.id > 0) OR NOT (e.nick = 'x' AND e.name = 'y')
        OR f.name IS DISTINCT FROM 'x';
CREATE VIEW t10_where_certain AS
    SELECT u.id, jsonb_build_object('or', u.name, 'not_or', u.nick, 'boss', u.boss, 'same', u.tiny) AS data FROM usr u
    WHERE (u.name = 'x' OR u.name LIKE 'a%' OR length(u.name) > 0) AND NOT (u.nick IS NULL OR u.nick = 'zz') AND u.boss IN (SELECT id FROM usr WHERE id = u.boss)
        AND u.tiny IS NOT DISTINCT FROM 1;
CREATE VIEW t11_any_and_all AS
    SELECT id, jsonb_build_object('empty_any', nick, 'all', name, 'all_filled', tiny) AS data FROM usr
    WHERE NOT (nick = ANY (ARRAY(SELECT note FROM org WHERE false))) AND name <> ALL ('{}'::text[]) AND tiny <> ALL ('{7,8}'::smallint[]);
CREATE VIEW t12_exists AS
    SELECT u.id, jsonb_build_object('exists', u.boss, 'always', u.nick, 'group', u.name) AS data FROM usr u
    WHERE EXISTS (SELECT FROM org o WHERE o.id = u.boss OR o.id < u.boss) AND EXISTS (SELECT count(*) FROM org o WHERE o.note = u.nick)
        AND EXISTS (SELECT FROM org o WHERE o.note = u.name GROUP BY GROUPING SETS ((o.id), ()));
CREATE VIEW t13_full_in_left AS
    SELECT o.id, jsonb_build_object('id', j.id, 'a', j.name, 'b', j.nick) AS data
    FROM org o LEFT JOIN (SELECT id, a.name, b.nick FROM (SELECT id, name FROM usr WHERE id > 0) a FULL JOIN (SELECT id, nick FROM usr WHERE id < 5) b USING (id)) j ON j.id = o.id;
CREATE VIEW t14_full_inside AS
    SELECT o.id, jsonb_build_object('id', id2, 'three', (SELECT count(*) FROM usr a FULL JOIN usr b USING (id))) AS data
    FROM org o LEFT JOIN (usr a FULL JOIN org b USING (id)) AS j (id2) ON j.id2 = o.id;
CREATE VIEW t15_lateral AS
    SELECT o.id, jsonb_build_object('one', a.n, 'cut', b.n, 'having', c.n, 'fn', d.n, 'values', e.n, 'on', f.n, 'union', g.n) AS data FROM org o
    LEFT JOIN LATERAL (SELECT count(*) AS n FROM usr u WHERE u.org_id = o.id) a ON true
    LEFT JOIN LATERAL (SELECT count(*) AS n FROM usr u OFFSET 1) b ON true
    LEFT JOIN LATERAL (SELECT count(*) AS n FROM usr u WHERE u.org_id = o.id HAVING count(*) > 1) c ON true
    LEFT JOIN LATERAL abs(o.id % 100) AS d (n) ON true LEFT JOIN (VALUES (1)) AS e (n) ON true
    LEFT JOIN LATERAL (SELECT 1 AS n) f ON o.id > 1 LEFT JOIN (SELECT 1 AS n WHERE false UNION ALL SELECT 2) g ON true;
CREATE VIEW t16_guards AS
    SELECT u.id, jsonb_build_object('or', CASE WHEN b.id IS NOT NULL OR u.id > 0 THEN jsonb_build_object('n', b.id) END,
        'and', CASE WHEN u.id > 0 AND b.id > 0 THEN jsonb_build_object('n', b.id) ELSE jsonb_build_object('m', b.id) END,
        'later', CASE WHEN b.id IS NULL THEN '{}' WHEN b.nick IS NULL THEN jsonb_build_object('n', b.id) ELSE jsonb_build_object('nick', b.nick) END,
        'unknown', CASE WHEN b.id > 3 THEN jsonb_build_object('n', b.id) ELSE jsonb_build_object('else', b.id) END,
        'never', CASE WHEN false THEN 1 ELSE b.tiny END) AS data
    FROM usr u LEFT JOIN usr b ON b.id = u.boss;
CREATE VIEW t17_correlated_in_grouping_sets AS
    SELECT org_id AS id, jsonb_build_object('sub', (SELECT usr.org_id), 'doc', (SELECT jsonb_build_object('o', usr.org_id)), 'sum', sum(org_id)) AS data
    FROM usr GROUP BY GROUPING SETS ((org_id), (tiny));
CREATE VIEW t18_filters AS
    SELECT u.org_id AS id, jsonb_build_object('filtered', max(u.id) FILTER (WHERE u.id > 3), 'named', jsonb_agg(u.name) FILTER (WHERE u.name > ''),
        'either', jsonb_agg(u.name) FILTER (WHERE u.name > '' OR u.nick > ''), 'minimum', min(u.name), 'first', (array_agg(u.id))[1]) AS data
    FROM usr u GROUP BY u.org_id;
CREATE VIEW t19_documents AS
    SELECT id, jsonb_build_object('raw', doc, 'a', doc -> 'a', 'stripped', jsonb_strip_nulls(jsonb_build_object('d', doc, 'n', name)), 'type', jsonb_typeof(doc),
        'wrapped', jsonb_build_array(doc), 'text', doc ->> 'a', 'old', old_doc, 'merged', jsonb_build_object('x', 1) || jsonb_build_object('y', doc),
        'first', jsonb_build_array(name, 1) -> 0, 'last', jsonb_build_array(name, 1) -> -1, 'far', jsonb_build_array(name, 1) -> 7,
        'null_in', jsonb_build_object('a', NULL) ->> 'a', 'null_doc', jsonb_build_object('a', NULL) -> 'a', 'is', jsonb_build_object('a', name) ? 'a') AS data
    FROM usr;
CREATE VIEW t20_rows AS
    SELECT u.id, jsonb_build_object('row_null', ROW(u.name, u.nick) IS NULL, 'row', b, 'of', to_jsonb(array_agg(b)), 'compare', (u.name, u.id) < (b.name, b.id)) AS data
    FROM usr u LEFT JOIN org b ON b.id = u.boss GROUP BY u.id, b.*, b.id, b.name;
CREATE VIEW t21_union_all AS
    SELECT id, jsonb_build_object('n', name) AS data, 1 AS one FROM org UNION ALL SELECT id, jsonb_build_object('n', name), NULL FROM usr
    UNION ALL SELECT 0, NULL, 2;
CREATE VIEW t22_sets AS
    SELECT id, jsonb_build_object('two', generate_series(1, 2), 'three', unnest(ARRAY['a', 'b', 'c'])) AS data FROM org;
CREATE VIEW t23_rows_from AS
    SELECT r.a AS id, jsonb_build_object('a', r.a, 'b', r.b, 'n', r.n) AS data
    FROM ROWS FROM (generate_series(1, 2), unnest(ARRAY['a', 'b', 'c'])) WITH ORDINALITY AS r (a, b, n);
CREATE FUNCTION fn_pair(p_one integer, p_two text DEFAULT NULL) RETURNS jsonb LANGUAGE sql STABLE AS 'SELECT jsonb_build_object(''one'', p_one, ''two'', p_two) -- end';
CREATE FUNCTION fn_maybe(p_id integer) RETURNS text LANGUAGE sql STABLE AS 'SELECT name FROM org WHERE id = p_id';
CREATE FUNCTION fn_strict(p_one text, p_two text) RETURNS text LANGUAGE sql STRICT AS 'SELECT p_one || p_two';
CREATE FUNCTION fn_row(p_id integer) RETURNS org LANGUAGE sql STABLE AS 'SELECT * FROM org WHERE id = p_id';
CREATE FUNCTION fn_out(p_id integer, OUT name text, OUT doc jsonb) LANGUAGE sql STABLE AS $$ SELECT 'n', jsonb_build_object('id', p_id) $$;
CREATE FUNCTION fn_again(p_n integer) RETURNS jsonb LANGUAGE sql STABLE AS $$ SELECT CASE WHEN p_n > 0 THEN jsonb_build_object('in', p_n) ELSE '[]' END $$;
CREATE FUNCTION fn_written(p_n integer, OUT a integer, OUT b jsonb) LANGUAGE plpgsql AS $$ BEGIN a := 1; END $$;
CREATE FUNCTION fn_clear(p_id integer) RETURNS jsonb LANGUAGE sql AS
    $$ UPDATE usr SET name = NULL WHERE id = p_id AND name IS NOT NULL RETURNING jsonb_build_object('id', id, 'name', name, 'org', org_id) $$;
CREATE FUNCTION fn_nothing() RETURNS void LANGUAGE sql AS 'DELETE FROM usr WHERE false';
CREATE FUNCTION fn_many(VARIADIC p_ids integer[]) RETURNS SETOF org LANGUAGE sql STABLE AS 'SELECT * FROM org WHERE id = ANY (p_ids)';
CREATE VIEW t24_functions AS
    SELECT u.id, jsonb_build_object('pair', fn_pair(u.id), 'named', fn_pair(p_two => u.name, p_one => 3), 'maybe', fn_maybe(u.id), 'strict', fn_strict(u.nick, 'x'),
        'strict_full', fn_strict(u.code, 'x'), 'row', fn_row(u.id), 'field', (fn_row(u.id)).name, 'out', fn_out(u.id), 'again', fn_again(u.id), 'written', fn_written(1)) AS data
    FROM usr u;
CREATE VIEW t25_function_tables AS
    SELECT o.id, jsonb_build_object('row', r.name, 'whole', to_jsonb(r), 'out', f.doc, 'many', m.name, 'written', w.b) AS data
    FROM org o, fn_row(o.id) AS r, fn_out(o.id) AS f, fn_many(o.id, 2) AS m, fn_written(1) AS w;
CREATE VIEW t26_frames AS
    SELECT id, jsonb_build_object('here', sum(id::bigint) OVER (ORDER BY id ROWS CURRENT ROW), 'others', max(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW),
        'before', max(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING), 'filtered', count(*) FILTER (WHERE id > 1) OVER (), 'last', last_value(name) OVER (ORDER BY id)) AS data
    FROM org;
CREATE VIEW t27_case_of_array AS
    SELECT id, jsonb_build_object('in', name = ANY (ARRAY[nick, 'x']), 'list', name IN ('a', NULL), 'all', tiny = ALL ('{1,2}'), 'sub', name IN (SELECT note FROM org)) AS data FROM usr;
CREATE VIEW t28_recursive_nulls AS
    WITH RECURSIVE up (id, boss, doc) AS (
        SELECT id, 0, jsonb_build_object('id', id) FROM usr UNION SELECT u.id, u.boss, jsonb_build_object('id', u.id, 'under', up.doc -> 'id') FROM usr u JOIN up ON up.id = u.boss)
    SELECT id, jsonb_build_object('boss', boss, 'doc', doc) AS data FROM up;
CREATE VIEW t29_deep_recursion AS
    WITH RECURSIVE nest (id, depth, doc) AS (
        SELECT id, 0, jsonb_build_object('id', id) FROM org UNION ALL SELECT id, depth + 1, jsonb_build_object('inner', doc) FROM nest WHERE depth < 3)
    SELECT id, doc AS data FROM nest;
CREATE VIEW t30_shadowed AS
    WITH org AS (SELECT id, NULL::text AS name FROM usr) SELECT o.id, jsonb_build_object('name', o.name, 'other', p.name) AS data FROM org o JOIN public.org p ON p.id = o.id;
