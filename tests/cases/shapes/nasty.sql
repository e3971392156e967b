-- Views that were written to prove the inference wrong.
CREATE TYPE nasty_mood AS ENUM ('sad', 'glad');
CREATE DOMAIN nasty_name AS text NOT NULL;
CREATE DOMAIN nasty_whole AS integer CHECK (VALUE > -100000);
CREATE DOMAIN nasty_list AS integer[];
CREATE DOMAIN nasty_doc AS jsonb;
CREATE TYPE nasty_pair AS (x integer, y nasty_name);
CREATE DOMAIN nasty_point AS nasty_pair;
CREATE TABLE a (id integer PRIMARY KEY, n integer, t text NOT NULL, flag boolean, m nasty_mood, d nasty_name, w nasty_whole,
    twice integer GENERATED ALWAYS AS (n % 100 * 2) STORED, label text GENERATED ALWAYS AS (upper(t)) STORED, doc jsonb);
CREATE TABLE b (id integer PRIMARY KEY, a_id integer NOT NULL REFERENCES a, n integer, t text, flag boolean, l integer[] NOT NULL, p nasty_pair, f float8 NOT NULL);
CREATE TABLE c (id integer PRIMARY KEY, b_id integer REFERENCES b, n integer NOT NULL, t text, li nasty_list, po nasty_point, dd nasty_doc);
CREATE TABLE kinds (id integer PRIMARY KEY, o oid NOT NULL, rc regclass NOT NULL, q "char" NOT NULL, nm name NOT NULL, bi bit(3) NOT NULL,
    r int4range NOT NULL, mr int4multirange NOT NULL, ts tsvector NOT NULL, pt point NOT NULL, ipt inet NOT NULL, tz timetz NOT NULL, mo money NOT NULL,
    by bytea NOT NULL, iv interval NOT NULL, x8 xid8 NOT NULL, js json NOT NULL, ja jsonb[] NOT NULL, nn numeric(6,2) NOT NULL, re real NOT NULL, pa nasty_pair[] NOT NULL, ch char(4) NOT NULL);
-- fill: UPDATE a SET doc = (ARRAY['{"a": 1}', '{"a": {"b": null}}', '{"a": {"b": {"c": [1, null, {"d": null}]}}}', '[]', 'null', '"x"', '[[null, {"a": null}]]'])[1 + abs(id % 7)]::jsonb
-- fill: INSERT INTO kinds SELECT i, i, 'a', 'q', 'n', B'101', '[1,3)', '{[1,3),[5,7)}', 'cat dog', '(1,2)', '10.0.0.1', '12:00+02', 12.5, '\x01', '1 day', '7', '{"a": 1, "a": 2}', ARRAY['1'::jsonb, NULL, 'null'], 1.10, 1.5, ARRAY[ROW(1, 'x')::nasty_pair, NULL], 'ab' FROM generate_series(1, 3) AS i ON CONFLICT DO NOTHING

CREATE VIEW n01_row_comparisons AS
    SELECT b.id, jsonb_build_object('n', b.n, 't', b.t) AS data FROM b WHERE (b.n, b.t) < (1, 'x');
CREATE VIEW n02_row_differs AS SELECT b.id, jsonb_build_object('n', b.n, 't', b.t) AS data FROM b WHERE (b.n, b.t) <> (1, 'x');
CREATE VIEW n03_row_equal AS SELECT b.id, jsonb_build_object('n', b.n, 't', b.t) AS data FROM b WHERE (b.n, b.t) = (b.n, coalesce(b.t, b.t));
CREATE VIEW n04_not_in_nothing AS
    SELECT b.id, jsonb_build_object('n', b.n, 'all', b.t) AS data FROM b WHERE b.n NOT IN (SELECT n FROM a WHERE false) AND b.t >= ALL (SELECT t FROM a WHERE false);
CREATE VIEW n05_in_some AS SELECT b.id, jsonb_build_object('n', b.n, 't', b.t) AS data FROM b WHERE b.n IN (SELECT n FROM b AS o) OR (b.n, b.t) IN (SELECT n, t FROM b AS o);
CREATE VIEW n06_rows_not_in AS SELECT b.id, jsonb_build_object('n', b.n, 't', b.t) AS data FROM b WHERE (b.n, b.t) NOT IN (SELECT n, t FROM a WHERE n = 77);
CREATE VIEW n07_whole_row AS
    SELECT a.id, jsonb_build_object('b', to_jsonb(b), 'row', row_to_json(b.*), 'again', to_jsonb(ROW(b.*)), 'is', b IS NULL, 'is_not', b IS NOT NULL) AS data
    FROM a LEFT JOIN b ON b.a_id = a.id;
CREATE VIEW n08_row_is_not_null AS SELECT a.id, jsonb_build_object('n', b.n, 'id', b.id, 'doc', to_jsonb(b)) AS data FROM a LEFT JOIN b ON b.a_id = a.id WHERE NOT (b IS NULL);
CREATE VIEW n09_row_distinct AS SELECT a.id, jsonb_build_object('n', b.n, 'id', b.id) AS data FROM a LEFT JOIN b ON b.a_id = a.id WHERE b IS DISTINCT FROM NULL;
CREATE VIEW n10_truth_tests AS
    SELECT b.id, jsonb_build_object('not_false', x.flag, 'not_true', y.flag, 'unknown', z.flag, 'known', w.flag) AS data
    FROM b LEFT JOIN b x ON x.id = b.n LEFT JOIN b y ON y.id = b.n LEFT JOIN b z ON z.id = b.n LEFT JOIN b w ON w.id = b.n
    WHERE x.flag IS NOT FALSE AND y.flag IS NOT TRUE AND (z.flag IS UNKNOWN OR true) AND ((w.flag IS NOT UNKNOWN) OR b.n IS NULL OR true);
CREATE VIEW n11_coalesced_key AS SELECT coalesce(a.id, b.id) AS id, jsonb_build_object('a', a.id, 'b', b.id, 'c', coalesce(a.id, b.id), 'n', coalesce(a.n, b.n)) AS data FROM a FULL JOIN b ON a.id = b.id;
CREATE VIEW n12_on_proves_inner_only AS
    SELECT a.id, jsonb_build_object('an', a.n, 'bn', b.n, 'bt', b.t) AS data FROM a LEFT JOIN b ON a.n > 0 AND b.n = a.n AND b.t IS NOT NULL;
CREATE VIEW n13_join_under_left AS
    SELECT a.id, jsonb_build_object('b', b.id, 'c', c.id, 'cn', c.n) AS data FROM a LEFT JOIN (b LEFT JOIN c ON c.b_id = b.id) ON b.a_id = a.id WHERE c.id IS NOT NULL OR b.id IS NOT NULL;
CREATE VIEW n14_join_under_left_proven AS SELECT a.id, jsonb_build_object('b', b.id, 'c', c.id) AS data FROM a LEFT JOIN (b JOIN c ON c.b_id = b.id) ON b.a_id = a.id WHERE c.n > -100;
CREATE VIEW n15_using AS SELECT id, jsonb_build_object('id', id, 'an', a.n, 'bn', b.n) AS data FROM a RIGHT JOIN b USING (id);
CREATE VIEW n16_natural_full AS SELECT j.id, jsonb_build_object('id', j.id, 'n', j.n, 't', j.t) AS data FROM (a NATURAL FULL JOIN b) AS j;
CREATE VIEW n17_stats AS
    SELECT b.a_id AS id, jsonb_build_object('stddev', stddev(b.f), 'var', var_samp(b.id), 'corr', corr(b.f, b.f), 'slope', regr_slope(b.f, b.id), 'covar', covar_samp(b.f, b.f),
        'pop', var_pop(b.id), 'regr', regr_count(b.f, b.n), 'avg', avg(b.id), 'sum', sum(b.f), 'bool', bool_and(b.id > 0)) AS data FROM b GROUP BY b.a_id;
CREATE VIEW n18_ordered_sets AS
    SELECT b.a_id AS id, jsonb_build_object('half', percentile_cont(0.5) WITHIN GROUP (ORDER BY b.f), 'disc', percentile_disc(0.5) WITHIN GROUP (ORDER BY b.n), 'mode', mode() WITHIN GROUP (ORDER BY b.t),
        'many', percentile_cont(ARRAY[0.1, NULL]) WITHIN GROUP (ORDER BY b.f), 'none', percentile_cont(NULL::float8) WITHIN GROUP (ORDER BY b.f), 'rank', rank(3) WITHIN GROUP (ORDER BY b.n)) AS data FROM b GROUP BY b.a_id;
CREATE VIEW n19_windows AS
    SELECT b.id, jsonb_build_object('lag', lag(b.id) OVER w, 'lag_default', lag(b.id, 1, 0) OVER w, 'lag_null', lag(b.id, 1, NULL) OVER w, 'lead0', lead(b.id, 0) OVER w, 'lag_n', lag(b.id, b.n, 1) OVER w,
        'nth', nth_value(b.id, 2) OVER w, 'first', first_value(b.id) OVER w, 'ntile', ntile(3) OVER w, 'ntile_n', ntile(nullif(abs(b.n % 3), 0)) OVER w, 'rank', rank() OVER w) AS data
    FROM b WINDOW w AS (PARTITION BY b.flag ORDER BY b.id);
CREATE VIEW n20_frames AS
    SELECT b.id, jsonb_build_object('before', first_value(b.id) OVER (ORDER BY b.id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING), 'sum', sum(b.id) OVER (ORDER BY b.id ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING),
        'excluded', max(b.id) OVER (ORDER BY b.id ROWS UNBOUNDED PRECEDING EXCLUDE CURRENT ROW), 'group', sum(b.id) OVER (ORDER BY b.n RANGE CURRENT ROW EXCLUDE GROUP), 'count', count(*) OVER (ORDER BY b.id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING),
        'filtered', max(b.id) FILTER (WHERE b.n > 0) OVER (), 'agg', jsonb_agg(b.id) OVER (ORDER BY b.id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING), 'all', max(b.id) OVER ()) AS data FROM b;
CREATE VIEW n21_empty_aggregates AS
    SELECT a.id, jsonb_build_object('agg', jsonb_agg(b.id), 'filtered', jsonb_agg(b.id) FILTER (WHERE b.id IS NOT NULL), 'array', array_agg(b.id), 'objects', jsonb_object_agg(b.id, b.n) FILTER (WHERE b.id IS NOT NULL),
        'count', count(b.id), 'sum', sum(b.n), 'rows', jsonb_agg(b), 'or', bool_or(b.flag), 'text', string_agg(b.t, b.t), 'max', max(b.l), 'ranges', range_agg(int4range(b.id % 1000, b.id % 1000 + 1))) AS data
    FROM a LEFT JOIN b ON b.a_id = a.id GROUP BY a.id;
CREATE VIEW n22_having AS
    SELECT a.id, jsonb_build_object('max', max(b.n), 'flag', b.flag, 'text', b.t) AS data FROM a LEFT JOIN b ON b.a_id = a.id GROUP BY a.id, b.flag, b.t HAVING count(b.id) > 0 AND max(b.n) > 0 AND (b.flag OR b.flag IS NULL) AND bool_or(b.t = 'x') IS NOT TRUE;
CREATE VIEW n23_limits AS
    SELECT a.id, jsonb_build_object('zero', (SELECT count(*) FROM b LIMIT 0), 'offset', (SELECT count(*) FROM b OFFSET 1), 'null', (SELECT count(*) FROM b LIMIT NULL), 'having', (SELECT count(*) FROM b HAVING count(*) > 2),
        'where', (SELECT 1 WHERE a.n > 0), 'values', (VALUES (1)), 'union', (SELECT 1 UNION SELECT 1), 'except', (SELECT 1 EXCEPT SELECT a.id), 'intersect', (SELECT 1 INTERSECT SELECT 2), 'srf', (SELECT generate_series(1, a.id % 2)),
        'sets', (SELECT count(*) FROM b GROUP BY () ), 'fetch', (SELECT max(b.id) FROM b), 'distinct', (SELECT DISTINCT 1 FROM generate_series(1, 2))) AS data FROM a;
CREATE VIEW n24_sets_of_different_lengths AS
    SELECT a.id, jsonb_build_object('one', s.one, 'two', s.two, 'fixed', s.fixed) AS data FROM a, LATERAL (SELECT generate_series(1, 3) AS one, unnest(ARRAY['x', 'y']) AS two, a.id AS fixed) AS s;
CREATE VIEW n25_rows_from AS
    SELECT a.id, jsonb_build_object('one', s.one, 'two', s.two, 'n', s.ordinality) AS data FROM a, ROWS FROM (generate_series(1, 3), unnest(ARRAY['x', 'y'])) WITH ORDINALITY AS s (one, two, ordinality);
CREATE VIEW n26_unnest_many AS SELECT b.id, jsonb_build_object('i', u.i, 'j', u.j, 'n', u.n) AS data FROM b LEFT JOIN LATERAL unnest(b.l, ARRAY[1, 2]) WITH ORDINALITY AS u (i, j, n) ON u.n < 2;
CREATE VIEW n27_recursive_nulls AS
    WITH RECURSIVE r (id, up, name, depth) AS (SELECT id, id, t, 0 FROM a UNION ALL SELECT r.id, NULL, NULL, depth + 1 FROM r WHERE depth < 2)
    SELECT id, jsonb_build_object('up', up, 'name', name, 'depth', depth) AS data FROM r;
CREATE VIEW n28_search_and_cycle AS
    WITH RECURSIVE r AS (SELECT b.id, b.a_id, b.n FROM b UNION ALL SELECT b.id, b.a_id, r.n FROM b JOIN r ON b.a_id = r.id) SEARCH DEPTH FIRST BY id SET place CYCLE id SET again USING path
    SELECT id, jsonb_build_object('n', n, 'again', again, 'place', to_jsonb(place), 'path', to_jsonb(path)) AS data FROM r;
CREATE VIEW n29_domains_outside AS
    SELECT b.id, jsonb_build_object('d', a.d, 'w', a.w, 'inner', (SELECT d FROM a AS o WHERE o.id = b.n), 'cast', b.t::text::nasty_whole::text) AS data FROM b LEFT JOIN a ON a.id = b.n WHERE b.t IS NULL;
CREATE VIEW n30_domain_inside AS SELECT c.id, jsonb_build_object('list', c.li, 'point', c.po, 'y', (c.po).y, 'doc', c.dd, 'pair', (SELECT b.p FROM b WHERE b.id = c.b_id), 'x', (SELECT (b.p).x FROM b WHERE b.id = c.b_id)) AS data FROM c;
CREATE VIEW n31_composites AS
    SELECT b.id, jsonb_build_object('p', b.p, 'is', b.p IS NULL, 'not', b.p IS NOT NULL, 'x', (b.p).x, 'made', ROW(b.n, coalesce(b.t, ''))::nasty_pair, 'guarded', CASE WHEN b.p IS NOT NULL THEN (b.p).x ELSE 0 END,
        'other', CASE WHEN NOT (b.p IS NULL) THEN (b.p).x ELSE 0 END) AS data FROM b;
CREATE VIEW n32_case AS
    SELECT b.id, jsonb_build_object('no_else', CASE WHEN b.n > 0 THEN 'x' END, 'null_when', CASE b.n WHEN NULL THEN 1 ELSE 2 END, 'simple', CASE b.n WHEN 1 THEN b.n ELSE coalesce(b.n, 0) END, 'else', CASE WHEN b.n IS NULL THEN 0 ELSE b.n END,
        'or', CASE WHEN b.n IS NULL OR b.t IS NULL THEN 0 ELSE b.n % 9 + length(b.t) END, 'and', CASE WHEN b.n IS NULL AND b.t IS NULL THEN 0 ELSE b.n % 9 END, 'second', CASE WHEN b.n IS NULL THEN 0 WHEN b.t = 'x' THEN b.n % 9 ELSE length(b.t) END,
        'not_true', CASE WHEN (b.n = 1) IS NOT TRUE THEN b.n ELSE 1 END, 'false', CASE WHEN b.flag THEN 1 WHEN NOT b.flag THEN 0 END, 'nested', CASE WHEN CASE WHEN b.n > 0 THEN true END THEN b.n ELSE 0 END) AS data FROM b;
CREATE VIEW n33_functions_of_nothing AS
    SELECT b.id, jsonb_build_object('concat_ws', concat_ws(b.t, 'a', 'b'), 'concat', concat(b.t, NULL), 'format', format(b.t), 'format1', format('%s', b.t), 'nulls', num_nulls(b.t, b.n), 'greatest', greatest(b.n, b.id), 'least', least(b.n, NULL),
        'nullif', nullif(b.id, 3), 'nullif_same', nullif('x', 'x'), 'array_length', array_length(b.l, 1), 'card', cardinality(b.l), 'position', array_position(b.l, 1), 'slice', b.l[1:2], 'item', b.l[1], 'to_string', array_to_string(b.l, ','),
        'json_length', jsonb_array_length('[]'), 'split', split_part('a', ',', 2), 'regexp', regexp_match('a', 'b'), 'extract', extract(epoch FROM now()) > 0, 'strpos', strpos('a', 'b'), 'quote', quote_nullable(b.t), 'ident', quote_ident('x'),
        'trim', trim_array(b.l, 0), 'num', to_number('1', '9'), 'setting', current_setting('no.such', true), 'lower', lower(int4range(1, NULL)), 'upper', upper(int4range(b.n % 5, 7)), 'age', obj_description(1, 'pg_class'), 'user', current_user) AS data FROM b WHERE b.id % 50 < 40;
CREATE VIEW n34_jsonb_set AS
    SELECT a.id, jsonb_build_object('missing', jsonb_set('{"a": 1}', '{b,c}', '2'), 'created', jsonb_set('{"a": 1}', '{b}', '2'), 'kept', jsonb_set('{"a": 1}', '{b}', '2', false), 'null', jsonb_set('{"a": 1}', '{a}', to_jsonb(a.n)),
        'strict', jsonb_set(jsonb_build_object('a', a.n, 'b', jsonb_build_object('c', a.t)), '{b,c}', '[]'), 'into_array', jsonb_set('[1, 2]', '{0}', '"x"'), 'beyond', jsonb_set('[1]', '{5}', '"x"'), 'insert', jsonb_insert('{"a": [1]}', '{a,0}', '"y"'),
        'lax', jsonb_set_lax('{"a": 1}', '{a}', NULL, true, 'delete_key'), 'lax_use', jsonb_set_lax('{"a": 1}', '{a}', NULL), 'deep', jsonb_set(jsonb_build_object('x', a.doc), '{x,a}', '1')) AS data FROM a WHERE jsonb_typeof(a.doc) = 'object';
CREATE VIEW n35_removed AS
    SELECT a.id, jsonb_build_object('a', a.n, 'b', jsonb_build_object('c', a.n, 'd', 1)) - 'a' AS data, jsonb_build_object('a', a.n, 'b', 1) - a.t AS by_column, jsonb_build_object('a', 1, 'b', 2) - ARRAY['a', a.t] AS many,
        jsonb_build_object('a', jsonb_build_array(1, a.n)) #- '{a,0}' AS deep, jsonb_build_array(a.n, 'x', a.t) - 1 AS item, jsonb_build_object('a', 1) - NULL::text AS nothing, '["a", "b"]'::jsonb - 'a' AS from_array FROM a;
CREATE VIEW n36_stripped AS
    SELECT a.id, jsonb_strip_nulls(jsonb_build_object('n', a.n, 'in', jsonb_build_object('n', a.n, 'deep', jsonb_build_object('n', a.n)), 'list', jsonb_build_array(a.n, jsonb_build_object('n', a.n)), 'doc', a.doc, 't', a.t)) AS data, json_strip_nulls(row_to_json(a)) AS row FROM a;
CREATE VIEW n37_merged AS
    SELECT a.id, jsonb_build_object('a', 1, 'b', a.t) || jsonb_build_object('a', a.n) AS data, jsonb_build_object('a', 1) || CASE WHEN a.n > 0 THEN '{"b": 2}'::jsonb END AS null_side, '{"a": 1}'::jsonb || '[1]' AS mixed, '[1]'::jsonb || jsonb_build_object('a', a.n) AS in_array,
        jsonb_build_array(a.n) || to_jsonb(a.t) AS scalar, to_jsonb(a.t) || to_jsonb(a.id) AS scalars, jsonb_build_object('x', a.n) || coalesce(CASE WHEN a.n > 5 THEN jsonb_build_object('y', a.n, 'x', 'text') END, '{}') AS sometimes FROM a;
CREATE VIEW n38_read_back AS
    SELECT a.id, jsonb_build_object('a', a.doc -> 'a', 'text', a.doc ->> 'a', 'deep', a.doc #> '{a,b,c}', 'sub', a.doc['a']['b'], 'minus', '[1, 2]'::jsonb -> -1, 'far', '[1]'::jsonb -> 7, 'fixed', jsonb_build_object('k', a.n) -> 'k', 'fixed_text', jsonb_build_object('k', a.n) ->> 'k',
        'fixed_sub', (jsonb_build_object('k', a.t))['k'], 'path', jsonb_path_query_first(a.doc, '$.a'), 'exists', a.doc ? 'a', 'typeof', jsonb_typeof(a.doc -> 'a'), 'item', jsonb_build_array(a.n, a.t) ->> 0, 'of_null', 'null'::jsonb -> 'a', 'text_of_null', jsonb_build_object('k', NULL::text) ->> 'k') AS data FROM a;
CREATE VIEW n39_sets_of_documents AS
    SELECT a.id, jsonb_build_object('keys', (SELECT jsonb_agg(k) FROM jsonb_object_keys(jsonb_build_object('a', a.n, 'b', a.t)) AS k), 'pairs', (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(jsonb_build_object('a', a.n, 'b', a.t)) AS e), 'texts', (SELECT jsonb_agg(e.value) FROM jsonb_each_text(jsonb_build_object('a', a.n, 'b', a.t)) AS e),
        'items', (SELECT jsonb_agg(e) FROM jsonb_array_elements(jsonb_build_array(a.n, a.t)) AS e), 'item_texts', (SELECT jsonb_agg(e) FROM jsonb_array_elements_text(jsonb_build_array(a.n, a.t)) AS e), 'paths', (SELECT jsonb_agg(e) FROM jsonb_path_query(a.doc, '$.*') AS e),
        'set', (SELECT jsonb_agg(to_jsonb(r)) FROM jsonb_to_recordset('[{"x": 1}, {"y": "a"}]') AS r (x integer, y text)), 'record', to_jsonb(jsonb_populate_record(NULL::nasty_pair, '{"x": 1, "y": "a"}')), 'base', (SELECT to_jsonb(r) FROM jsonb_to_record('{"x": null}') AS r (x integer, z jsonb))) AS data FROM a;
CREATE VIEW n40_built AS
    SELECT a.id, jsonb_build_object(VARIADIC ARRAY['a', a.t, 'b', a.label]) AS data, jsonb_build_array(VARIADIC ARRAY[a.n, 1]) AS list, jsonb_object(ARRAY['a', a.t]) AS pairs, jsonb_object(ARRAY['k', 'l'], ARRAY[a.t, NULL]) AS zipped, to_jsonb(NULL::text) AS nothing,
        to_jsonb('null'::jsonb) AS json_null, row_to_json(a, true) AS pretty, array_to_json(ARRAY[a.n, 2]) AS array, array_to_json('{{1,2},{3,4}}'::int[]) AS matrix, json_build_object('k', 1, 'k', a.n) AS twice, jsonb_build_object('k', 1, 'k', a.n) AS last, jsonb_build_object() AS empty, jsonb_build_array() AS none, to_jsonb(ARRAY[]::text[]) AS empty_array FROM a;
CREATE VIEW n41_aggregated_rows AS
    SELECT a.id, to_jsonb(array_agg(ROW(b.n, b.t))) AS data, to_jsonb(array_agg(b.p)) AS pairs, to_jsonb(array_agg(b)) AS rows, to_jsonb(ARRAY(SELECT o FROM b AS o WHERE o.a_id = a.id)) AS selected, to_jsonb(array_agg(b.l) FILTER (WHERE cardinality(b.l) = 1)) AS lists, jsonb_agg(DISTINCT b.n) AS distinct, json_agg((b.n, b.t)) AS records
    FROM a JOIN b ON b.a_id = a.id AND cardinality(b.l) = 1 GROUP BY a.id;
CREATE VIEW n42_kinds AS SELECT k.id, to_jsonb(k) AS data, jsonb_build_object('o', k.o, 'rc', k.rc, 'q', k.q, 'x8', k.x8, 'by', encode(k.by, 'hex'), 'mo', k.mo::numeric, 'js', k.js, 'ja', k.ja, 'pa', k.pa, 'ch', k.ch || '!', 'ctid', k.ctid, 'table', k.tableoid) AS documents FROM kinds k;
CREATE VIEW n43_generated AS SELECT a.id, jsonb_build_object('twice', a.twice, 'label', a.label, 'mood', a.m::text, 'cast', a.m::text::nasty_mood, 'up', upper(a.m::text), 'first', enum_first(a.m), 'range', enum_range(a.m)) AS data FROM a;
CREATE MATERIALIZED VIEW n44_no_data AS SELECT a.id, jsonb_build_object('n', a.n, 't', a.t) AS data FROM a WITH NO DATA;
CREATE VIEW n45_over_no_data AS SELECT a.id, jsonb_build_object('d', m.data, 't', m.data -> 't') AS data FROM a LEFT JOIN n44_no_data m ON m.id = a.n;
CREATE VIEW n46_barrier WITH (security_barrier, security_invoker) AS SELECT a.id, jsonb_build_object('n', a.n, 'b', b.id) AS data FROM a LEFT JOIN b ON b.a_id = a.id WHERE a.n IS NOT NULL;
CREATE VIEW n47_union_types AS SELECT id, jsonb_build_object('v', v, 'k', k) AS data FROM (SELECT id, n::numeric AS v, 'a' AS k FROM a UNION ALL SELECT id, f::numeric, NULL FROM b WHERE f BETWEEN -100 AND 100 UNION SELECT id, NULL, t FROM c) AS u;
CREATE VIEW n48_intersect AS SELECT n AS id, jsonb_build_object('n', n) AS data FROM (SELECT n FROM a INTERSECT SELECT n FROM b) AS i;
CREATE VIEW n49_except AS SELECT n AS id, jsonb_build_object('n', n) AS data FROM (SELECT n FROM b EXCEPT ALL SELECT n FROM a WHERE n IS NULL) AS e;
CREATE VIEW n50_intersect_with_never_null AS SELECT n AS id, jsonb_build_object('n', n) AS data FROM (SELECT n FROM b INTERSECT SELECT id FROM a) AS i;
CREATE VIEW n51_lateral_lefts AS
    SELECT a.id, jsonb_build_object('one', l.n, 'agg', g.total, 'none', z.x, 'rows', r.doc) AS data FROM a LEFT JOIN LATERAL (SELECT b.n FROM b WHERE b.a_id = a.id ORDER BY b.id LIMIT 1) l ON true LEFT JOIN LATERAL (SELECT count(*) AS total FROM b WHERE b.a_id = a.id) g ON g.total > 1
    LEFT JOIN LATERAL (SELECT 1 AS x) z ON a.n > 0 LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('id', b.id, 'n', b.n)) AS doc FROM b WHERE b.a_id = a.id HAVING count(*) > 1) r ON true;
CREATE VIEW n52_distinct_on AS SELECT DISTINCT ON (a.n) a.id, jsonb_build_object('n', a.n, 'b', b.n) AS data FROM a LEFT JOIN b ON b.id = a.id ORDER BY a.n, b.n;
CREATE VIEW n53_grouped_by_expression AS SELECT coalesce(b.n, 0) AS id, jsonb_build_object('k', coalesce(b.n, 0), 'null', nullif(coalesce(b.n, 0), 0), 'min', min(b.t)) AS data FROM b GROUP BY coalesce(b.n, 0), nullif(coalesce(b.n, 0), 0);
CREATE VIEW n54_sets_of_groups AS
    SELECT b.a_id AS id, jsonb_build_object('a', b.a_id, 'f', b.flag, 'grouping', grouping(b.a_id), 'coalesced', coalesce(b.a_id, -1), 'sum', sum(b.id), 'max', max(b.a_id), 'agg', jsonb_agg(b.a_id), 'case', CASE WHEN grouping(b.a_id) = 0 THEN b.a_id ELSE 0 END, 'expr', b.a_id % 9 + 1, 'lit', 'x' || b.a_id) AS data
    FROM b GROUP BY GROUPING SETS ((b.a_id), (b.flag), (), ROLLUP (b.a_id, b.flag));
CREATE VIEW n55_grouping_below AS SELECT s.a_id AS id, jsonb_build_object('a', s.a_id, 'n', s.n) AS data FROM (SELECT b.a_id, count(*) AS n FROM b GROUP BY CUBE (b.a_id)) AS s WHERE s.n > 0 OR s.a_id > 0;
CREATE VIEW n56_where_above_left AS SELECT s.id, jsonb_build_object('n', s.n, 'b', s.b) AS data FROM (SELECT a.id, b.n, b.id AS b FROM a LEFT JOIN b ON b.a_id = a.id) AS s WHERE s.n > 0;
CREATE VIEW n57_exists_not AS
    SELECT a.id, jsonb_build_object('n', a.n, 'doc', a.doc, 'in', CASE WHEN EXISTS (SELECT FROM b WHERE b.n = a.n) THEN a.n ELSE 0 END, 'not', CASE WHEN NOT EXISTS (SELECT FROM b WHERE b.n = a.n) THEN a.n ELSE 0 END) AS data FROM a WHERE NOT EXISTS (SELECT FROM b WHERE b.n IS NOT NULL AND a.n IS NOT NULL AND b.id < 0);
CREATE VIEW n58_two_paths AS SELECT a.id, jsonb_build_object('n', x.n, 'm', x.id) AS data FROM a LEFT JOIN b x ON x.a_id = a.id LEFT JOIN c ON c.b_id = x.id WHERE c.id IS NULL OR x.n > 0;
CREATE VIEW n59_mixed_joins AS
    SELECT c.id, jsonb_build_object('a', a.id, 'b', b.id, 'c', c.id, 'bn', b.n) AS data FROM a RIGHT JOIN (b FULL JOIN c ON c.b_id = b.id) ON a.id = b.a_id;
CREATE VIEW n60_key_proof_breaks AS
    SELECT b.id, jsonb_build_object('kept', a.t, 'limited', l.t, 'filtered', f.t, 'sampled', s.t, 'grouped', g.m, 'by_self', q.t, 'one_off', o.t) AS data FROM b LEFT JOIN a ON a.id = b.a_id LEFT JOIN (SELECT * FROM a LIMIT 2) l ON l.id = b.a_id LEFT JOIN (SELECT * FROM a WHERE n > 0) f ON f.id = b.a_id
    LEFT JOIN a s TABLESAMPLE BERNOULLI (50) ON s.id = b.a_id LEFT JOIN (SELECT id, max(t) AS m FROM a GROUP BY id) g ON g.id = b.a_id LEFT JOIN a q ON q.id = b.a_id AND q.id = b.a_id LEFT JOIN a o ON o.id = b.a_id % 1000;
CREATE VIEW n61_left_of_left AS SELECT c.id, jsonb_build_object('b', b.id, 'a', a.t, 'n', a.n) AS data FROM c LEFT JOIN b ON b.id = c.b_id LEFT JOIN a ON a.id = b.a_id;
CREATE VIEW n62_required_left_of_left AS SELECT c.id, jsonb_build_object('b', b.f, 'a', a.t) AS data FROM c LEFT JOIN b ON b.id = c.b_id LEFT JOIN a ON a.id = b.a_id WHERE c.b_id IS NOT NULL;
CREATE FUNCTION nasty_strict(p integer) RETURNS integer LANGUAGE sql STRICT IMMUTABLE AS 'SELECT NULL::integer WHERE p > 0';
CREATE FUNCTION nasty_lax(p integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT coalesce(p, 0)';
CREATE FUNCTION nasty_lax_out(p integer, OUT x integer, OUT y text) LANGUAGE sql IMMUTABLE AS 'SELECT p, ''y'' WHERE p > 0';
CREATE FUNCTION nasty_rows(p integer) RETURNS SETOF a LANGUAGE sql STABLE AS 'SELECT * FROM a WHERE n > p';
CREATE FUNCTION nasty_default(p integer, q text DEFAULT NULL) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT jsonb_build_object('p', p, 'q', q) $$;
CREATE FUNCTION nasty_plus(x integer, y integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT NULL::integer';
CREATE OPERATOR ==> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = nasty_plus);
CREATE AGGREGATE nasty_sum (integer) (SFUNC = int4pl, STYPE = integer);
CREATE AGGREGATE nasty_array (integer) (SFUNC = array_append, STYPE = integer[], INITCOND = '{}');
CREATE VIEW n63_own_functions AS
    SELECT a.id, jsonb_build_object('strict', nasty_strict(a.id), 'lax', nasty_lax(a.n), 'out', nasty_lax_out(a.id), 'field', (nasty_lax_out(a.id)).x, 'default', nasty_default(a.id), 'given', nasty_default(q => a.t, p => a.n), 'operator', a.id ==> a.id, 'rows', (SELECT jsonb_agg(r) FROM nasty_rows(a.id) AS r)) AS data FROM a;
CREATE VIEW n64_own_aggregates AS SELECT b.a_id AS id, jsonb_build_object('sum', nasty_sum(b.id % 100), 'array', nasty_array(b.n), 'empty', (SELECT nasty_array(c.n) FROM c WHERE false), 'none', (SELECT nasty_sum(c.n) FROM c WHERE false)) AS data FROM b GROUP BY b.a_id;
CREATE VIEW n65_function_tables AS SELECT a.id, jsonb_build_object('x', o.x, 'y', o.y, 't', r.t, 's', s) AS data FROM a LEFT JOIN nasty_lax_out(a.id) AS o ON true LEFT JOIN LATERAL nasty_rows(a.n) AS r ON r.id = a.id LEFT JOIN LATERAL nasty_strict(a.id) AS s ON true;
CREATE TABLE tenant (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE owned (id integer PRIMARY KEY, tenant_id integer NOT NULL REFERENCES tenant, note text);
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON tenant USING (id % 2 = 0);
CREATE VIEW n66_secured WITH (security_invoker) AS SELECT o.id, jsonb_build_object('tenant', t.name, 'note', o.note) AS data FROM owned o LEFT JOIN tenant t ON t.id = o.tenant_id;
CREATE VIEW n67_operators AS
    SELECT b.id, jsonb_build_object('contains', b.l @> ARRAY[1], 'any', 1 = ANY (b.l), 'like', b.t LIKE 'a%', 'any_null', b.id = ANY (ARRAY[1, NULL]), 'in', b.id IN (1, b.n), 'between', b.id BETWEEN 1 AND b.n, 'distinct', b.n IS DISTINCT FROM 1, 'not', NOT (b.n IS NULL), 'and', b.id > 0 AND b.n > 0, 'and_false', false AND b.n > 0, 'or_true', b.id IS NOT NULL OR b.n > 0,
        'all', b.id > ALL (SELECT c.n FROM c), 'some', b.id = ANY (SELECT c.n FROM c), 'overlaps', (now(), now()) OVERLAPS (now(), NULL::timestamptz), 'collate', b.t COLLATE "C", 'row', ROW(b.n, 1) = ROW(1, 1), 'row_null', ROW(b.n, 1) IS NULL, 'zone', now() AT TIME ZONE 'UTC' > '2000-01-01') AS data FROM b;
CREATE VIEW n68_values AS SELECT v.id, jsonb_build_object('x', v.x, 'y', v.y) AS data FROM (VALUES (1, 'a', NULL), (2, 'b', 3), (3, NULL, 4)) AS v (id, x, y);
CREATE VIEW n69_with AS
    WITH one AS MATERIALIZED (SELECT a.id, b.n, b.id AS b FROM a LEFT JOIN b ON b.a_id = a.id), two AS (SELECT *, row_number() OVER () AS r FROM one WHERE b IS NOT NULL), three AS (SELECT o.id, t.r, t.n FROM one o LEFT JOIN two t USING (id))
    SELECT id, jsonb_build_object('r', r, 'n', n, 'count', (SELECT count(*) FROM two WHERE two.id = three.id), 'max', (SELECT max(r) FROM two)) AS data FROM three;
CREATE VIEW n70_shadow AS SELECT a.id, jsonb_build_object('inner', (SELECT s.n FROM (SELECT a.n WHERE a.n > 0) AS s), 'deep', (SELECT (SELECT (SELECT a.t || b.id) ) FROM b WHERE b.a_id = a.id LIMIT 1), 'agg_of_outer', (SELECT jsonb_agg(jsonb_build_object('o', a.n, 'i', b.n)) FROM b WHERE b.n = a.n)) AS data FROM a;
CREATE VIEW n71_facts_in_aggregates AS
    SELECT a.id, jsonb_build_object('guarded', jsonb_agg(jsonb_build_object('id', b.id, 'n', b.n, 'c', c.n)) FILTER (WHERE b.n > 0), 'half', jsonb_agg(jsonb_build_object('id', b.id, 'c', c.n)) FILTER (WHERE b.n > 0 OR c.n > 0), 'inner', jsonb_agg(CASE WHEN c.id IS NOT NULL THEN jsonb_build_object('b', b.id, 'c', c.id) END)) AS data
    FROM a LEFT JOIN b ON b.a_id = a.id LEFT JOIN c ON c.b_id = b.id GROUP BY a.id;
CREATE VIEW n72_filter_on_window_of_left AS SELECT s.id, jsonb_build_object('r', s.r, 'prev', s.prev, 'next', s.next) AS data FROM (SELECT a.id, row_number() OVER () AS r, lag(b.id) OVER () AS prev, lead(a.t, 1, '') OVER () AS next FROM a LEFT JOIN b ON b.a_id = a.id WHERE b.id IS NOT NULL) AS s;
CREATE VIEW n73_time AS SELECT a.id, jsonb_build_object('trunc', date_trunc('day', x.at), 'part', extract(year FROM x.at), 'part2', date_part('year', x.at), 'char', to_char(x.at, 'YYYY'), 'date', x.at::date, 'time', x.at::time, 'diff', x.at - x.at, 'age', age(x.at, x.at), 'plus', x.at + interval '1 day', 'just', justify_days(interval '40 days'), 'bin', date_bin('1 day', timestamptz '2020-01-01', '2019-01-01')) AS data FROM a, LATERAL (SELECT CASE WHEN a.id % 2 = 0 THEN timestamp 'infinity' ELSE timestamp '2020-01-01' END AS at WHERE a.id % 2 <> 0) AS x;
CREATE TABLE pairs (x integer NOT NULL, y integer NOT NULL, t text NOT NULL, PRIMARY KEY (x, y));
CREATE TABLE half (id integer PRIMARY KEY, x integer NOT NULL, y integer, FOREIGN KEY (x, y) REFERENCES pairs (x, y));
CREATE TABLE full_match (id integer PRIMARY KEY, x integer, y integer, FOREIGN KEY (x, y) REFERENCES pairs (x, y) MATCH FULL);
CREATE TABLE sets (id integer PRIMARY KEY, k text NOT NULL CHECK (k IN ('x', 'y')), o text NOT NULL CHECK (o IN ('p') OR id > 5), n integer CHECK (n IS NOT NULL OR id > 5), q text NOT NULL CHECK (q IN ('u', 'v') AND length(q) > 0),
    z text CHECK (z = 'z' OR z IS NULL), w varchar(3) NOT NULL CHECK (w::text = ANY (ARRAY['a', 'b'])), c char(2) NOT NULL CHECK (c IN ('a', 'b')), e text CHECK (lower(e) IN ('a', 'b')), g text CHECK (CASE WHEN id > 5 THEN true ELSE g IN ('g') END));
CREATE FUNCTION nasty_either(x integer, y integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT x IS NULL OR y IS NULL OR x > y';
CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = nasty_either);
CREATE VIEW n74_half_a_key AS
    SELECT h.id, jsonb_build_object('half', p.t, 'full', q.t, 'known', r.t) AS data FROM half h LEFT JOIN pairs p ON p.x = h.x AND p.y = h.y LEFT JOIN full_match f ON f.id = h.id LEFT JOIN pairs q ON (q.x, q.y) = (f.x, f.y)
    LEFT JOIN (SELECT * FROM half WHERE y IS NOT NULL) k ON k.id = h.id LEFT JOIN pairs r ON r.x = k.x AND r.y = k.y;
CREATE VIEW n75_sets AS SELECT s.id, to_jsonb(s) AS data FROM sets s;
CREATE VIEW n76_own_operators AS SELECT b.id, jsonb_build_object('n', b.n, 'an', a.n, 'aid', a.id) AS data FROM b LEFT JOIN a ON a.n === b.n WHERE b.n === a.id;
CREATE VIEW n77_whole_subqueries AS
    SELECT a.id, jsonb_build_object('s', to_jsonb(s), 'v', to_jsonb(v), 'f', to_jsonb(f), 'r', to_jsonb(r), 'agg', (SELECT jsonb_agg(xx) FROM (SELECT b.n, b.id FROM b) AS xx), 'is', s IS NULL, 'c', count(s) OVER ()) AS data
    FROM a LEFT JOIN (SELECT b.a_id, b.n, 1 AS one FROM b) AS s ON s.a_id = a.id LEFT JOIN (VALUES (1, 'x')) AS v (i, t) ON v.i = a.n LEFT JOIN LATERAL nasty_lax_out(a.n) AS f ON f.x > 2 LEFT JOIN nasty_rows(3) AS r ON r.id = a.id;
CREATE VIEW n78_whole_joins AS
    SELECT c.id, jsonb_build_object('j', to_jsonb(j), 'is', j IS NULL, 'cte', to_jsonb(ww)) AS data FROM c LEFT JOIN (a JOIN b ON b.a_id = a.id) AS j (i, n) ON j.i = c.n LEFT JOIN LATERAL (WITH q AS (SELECT c.t AS t, 1 AS one) SELECT q AS qq FROM q) AS ww ON c.n > 0;
CREATE VIEW n79_grouped_constants AS
    SELECT coalesce(b.n, 0) AS id, jsonb_build_object('k', coalesce(b.n, 0), 'const', g.const, 'n', count(*), 'of_key', coalesce(b.n, 0) % 9 + 1) AS data FROM b, LATERAL (SELECT 'x' AS const) AS g GROUP BY ROLLUP (coalesce(b.n, 0), g.const);
CREATE VIEW n80_literal_group AS SELECT k AS id, jsonb_build_object('k', k, 'n', n) AS data FROM (SELECT 'x' AS k, count(*) AS n FROM b GROUP BY ROLLUP (1)) AS s;
CREATE VIEW n81_where_before_cube AS SELECT b.n AS id, jsonb_build_object('n', b.n, 'sum', sum(b.n), 'coalesced', coalesce(b.n, 0)) AS data FROM b WHERE b.n > 0 GROUP BY CUBE (b.n);
CREATE VIEW n82_having_before_cube AS SELECT b.n AS id, jsonb_build_object('n', b.n, 'flag', b.flag) AS data FROM b GROUP BY CUBE (b.n, b.flag) HAVING b.n > 0;
CREATE VIEW n83_grouped_twice AS SELECT b.flag AS id, jsonb_build_object('f', b.flag, 'a', b.a_id) AS data FROM b WHERE b.flag GROUP BY GROUPING SETS ((b.flag), (b.flag, b.a_id));
CREATE VIEW n84_nested_sets AS SELECT s.id, jsonb_build_object('i', s.i, 'j', s.j) AS data FROM (SELECT b.id, generate_series(1, unnest(b.l) % 3) AS i, unnest(b.l) AS j FROM b) AS s;
CREATE VIEW n85_sets_and_groups AS SELECT s.id, jsonb_build_object('i', s.i, 'n', s.n) AS data FROM (SELECT b.a_id AS id, unnest(array_agg(b.n)) AS i, count(*) AS n FROM b GROUP BY b.a_id) AS s;
CREATE VIEW n86_casts AS
    SELECT b.id, jsonb_build_object('texts', b.l::text[], 'json_twice', json_build_object('k', 1, 'k', b.n)::jsonb, 'built', ('{"a": ' || b.id || '}')::jsonb, 'jsonb_text', jsonb_build_object('n', b.n)::text, 'round', jsonb_build_object('n', b.n)::json, 'number', (jsonb_build_object('n', b.id) ->> 'n')::integer,
        'maybe', (jsonb_build_object('n', b.n) ->> 'n')::bigint, 'bool', (b.id % 2 = 0)::text, 'oid', 1::oid, 'class', 'a'::regclass, 'name', b.t::name, 'fixed', b.t::char(2), 'short', b.t::varchar(2), 'bits', b.id::bit(4), 'array_text', b.l::text, 'row_text', (b.p)::text) AS data FROM b;
CREATE VIEW n87_subqueries_everywhere AS
    SELECT a.id, jsonb_build_object('not_in', a.id NOT IN (SELECT b.n FROM b), 'in', a.id IN (SELECT b.a_id FROM b), 'in_null', a.n IN (SELECT b.a_id FROM b), 'row', (a.id, a.n) IN (SELECT b.id, b.n FROM b), 'all', a.n > ALL (SELECT b.id FROM b), 'exists', EXISTS (SELECT FROM b WHERE b.n = a.n), 'array', ARRAY(SELECT b.n FROM b WHERE b.a_id = a.id),
        'in_values', a.n IN (VALUES (1), (NULL)), 'pair', (SELECT ROW(b.n, b.id) FROM b WHERE b.a_id = a.id LIMIT 1), 'count', (SELECT count(*) FROM b WHERE b.a_id = a.id GROUP BY b.a_id), 'filtered', (SELECT max(b.id) FILTER (WHERE b.n > 0) FROM b), 'agg_where', (SELECT jsonb_agg(b.n) FROM b WHERE b.n > 0 HAVING count(*) > 0)) AS data FROM a;
CREATE TABLE written (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text NOT NULL, note text);
CREATE VIEW v_written AS SELECT id, name, note, 'x' AS kind FROM written;
CREATE FUNCTION nasty_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER instead INSTEAD OF INSERT OR UPDATE ON v_written FOR EACH ROW EXECUTE FUNCTION nasty_trigger();
CREATE FUNCTION nasty_write_view(p text) RETURNS jsonb LANGUAGE sql AS $$ INSERT INTO v_written (note) VALUES (p) RETURNING jsonb_build_object('id', id, 'name', name, 'kind', kind) $$;
CREATE FUNCTION nasty_conflict(p integer) RETURNS jsonb LANGUAGE sql AS $$ INSERT INTO written (id, name) VALUES (p, 'x') ON CONFLICT DO NOTHING RETURNING jsonb_build_object('id', id, 'name', name) $$;
CREATE FUNCTION nasty_insert(p integer) RETURNS jsonb LANGUAGE sql AS $$ INSERT INTO written (id, name) VALUES (p, 'x') RETURNING jsonb_build_object('id', id, 'note', note) $$;
CREATE FUNCTION nasty_insert_select(p integer) RETURNS jsonb LANGUAGE sql AS $$ INSERT INTO written (id, name) SELECT p, 'x' WHERE p > 0 RETURNING jsonb_build_object('id', id) $$;
CREATE FUNCTION nasty_last(p integer) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"a": 1}'::jsonb; DELETE FROM written WHERE id = p RETURNING jsonb_build_object('id', id) $$;
CREATE FUNCTION nasty_update_from(p integer) RETURNS SETOF jsonb LANGUAGE sql AS $$ UPDATE written SET note = b.t FROM a LEFT JOIN b ON b.a_id = a.id WHERE written.id = a.id RETURNING jsonb_build_object('id', written.id, 'b', b.id, 'a', a.id) $$;
CREATE FUNCTION nasty_nothing(p integer) RETURNS void LANGUAGE sql AS $$ DELETE FROM written WHERE id = p $$;
CREATE FUNCTION nasty_scalar_of_many(p integer) RETURNS integer LANGUAGE sql STABLE AS 'SELECT id FROM a UNION ALL SELECT p';
CREATE FUNCTION nasty_table(p integer) RETURNS TABLE (x integer, y jsonb) LANGUAGE sql STABLE AS $$ SELECT a.id, jsonb_build_object('n', b.n) FROM a LEFT JOIN b ON b.a_id = a.id AND a.id > nasty_table.p $$;
CREATE FUNCTION nasty_variadic(VARIADIC p integer[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS 'SELECT to_jsonb(p)';
CREATE FUNCTION nasty_any(p anyelement) RETURNS jsonb LANGUAGE sql IMMUTABLE AS 'SELECT jsonb_build_object(''v'', p)';
CREATE VIEW n88_more_functions AS
    SELECT a.id, jsonb_build_object('many', nasty_scalar_of_many(a.n), 'table', (SELECT jsonb_agg(tt) FROM nasty_table(a.id) AS tt), 'first', (SELECT tt.y FROM nasty_table(a.n) AS tt LIMIT 1), 'variadic', nasty_variadic(a.n, 1), 'any', nasty_any(a.n), 'any_text', nasty_any(a.t)) AS data FROM a;
CREATE VIEW n90_outer_aggregates AS SELECT a.id, jsonb_build_object('outer', (SELECT jsonb_agg(a.n % v.x) FROM (VALUES (7)) AS v (x) WHERE a.n > 0), 'lateral', l.docs, 'deep', l.docs -> 0 -> 'n') AS data FROM a CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(jsonb_build_object('n', b.n, 'id', b.id) ORDER BY b.id), '[]') AS docs FROM b WHERE b.a_id = a.id AND b.n > 0) AS l;
CREATE VIEW n91_view_of_views AS SELECT x.id, jsonb_build_object('x', x.data || y.data, 'n', y.data -> 'n', 'both', jsonb_build_array(x.data, z.data)) AS data FROM n13_join_under_left x LEFT JOIN n12_on_proves_inner_only y ON y.id = x.id LEFT JOIN n32_case z ON z.id = x.id;
CREATE VIEW n92_coalesced_documents AS
    SELECT a.id, jsonb_build_object('doc', coalesce(a.doc, '{}'), 'built', coalesce(CASE WHEN b.id IS NOT NULL THEN jsonb_build_object('id', b.id, 'n', b.n) END, '{"id": null}'), 'key', coalesce(jsonb_build_object('n', a.n) -> 'n', '0'), 'nullif', nullif(jsonb_build_object('n', b.id), '{"n": null}'), 'nullif_text', nullif(b.t, ''), 'arr', coalesce(array_agg(b.n) OVER (PARTITION BY a.id), '{}')) AS data
    FROM a LEFT JOIN b ON b.a_id = a.id;
CREATE VIEW n93_null_tests_on_documents AS SELECT a.id, jsonb_build_object('x', s.d ->> 'n', 'y', s.d -> 'm', 'd', s.d) AS data FROM a, LATERAL (SELECT jsonb_build_object('n', a.n, 'm', a.flag) AS d) AS s WHERE s.d ->> 'n' IS NOT NULL AND s.d -> 'm' IS NOT NULL;
CREATE VIEW n94_parts AS SELECT p.id, jsonb_build_object('hash', p.h, 'd', p.d) AS data FROM (SELECT b.id, hashtext(b.t) AS h, CASE WHEN b.t IS NOT NULL THEN b.t WHEN b.n IS NOT NULL THEN b.n::text ELSE (b.p).y END AS d FROM b) AS p WHERE p.h IS NOT NULL OR p.d IS NOT NULL;
