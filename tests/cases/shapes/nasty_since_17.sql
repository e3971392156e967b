-- Views with what PostgreSQL has had since 17 and 18, written to prove the inference wrong.
-- since 18
CREATE TABLE d (id integer PRIMARY KEY, n integer, doc jsonb NOT NULL, twice integer GENERATED ALWAYS AS (n % 100 * 2) VIRTUAL, sure integer GENERATED ALWAYS AS (coalesce(n % 100, 0)) VIRTUAL NOT NULL);
CREATE TABLE e (id integer PRIMARY KEY, d_id integer NOT NULL REFERENCES d NOT ENFORCED, k text NOT NULL, CONSTRAINT loose CHECK (k IN ('x')) NOT ENFORCED);
-- fill: UPDATE d SET doc = (ARRAY['[{"x": [1, 2], "name": "a"}, {"x": []}, {"y": null, "name": null}]', '[]', '{}', 'null', '[1, [2, {"x": [null]}]]'])[1 + abs(id % 5)]::jsonb

CREATE VIEW s01_nested_paths AS
    SELECT d.id, jsonb_build_object('o', t.o, 'i', t.i, 'v', t.v, 'there', t.there, 'sure', t.sure, 'wrapped', t.wrapped, 'empty', t.empty) AS data
    FROM d, JSON_TABLE(d.doc, '$[*]' COLUMNS (o FOR ORDINALITY, there boolean EXISTS PATH '$.name', sure text PATH '$.name' DEFAULT 'none' ON EMPTY, wrapped jsonb PATH '$.x' WITH WRAPPER, empty jsonb PATH '$.x' EMPTY ARRAY ON EMPTY, NESTED PATH '$.x[*]' COLUMNS (i FOR ORDINALITY, v integer PATH '$'))) AS t;
CREATE VIEW s02_left_table AS SELECT d.id, jsonb_build_object('o', t.o, 'n', t.n) AS data FROM d LEFT JOIN JSON_TABLE(d.doc, '$[*]' COLUMNS (o FOR ORDINALITY, n integer PATH '$.n')) AS t ON true;
CREATE VIEW s03_query_functions AS
    SELECT d.id, jsonb_build_object('exists', JSON_EXISTS(d.doc, '$.a'), 'exists_error', JSON_EXISTS(d.doc, 'strict $.a' UNKNOWN ON ERROR), 'value', JSON_VALUE(d.doc, '$[0].name' DEFAULT 'x' ON EMPTY), 'default', JSON_VALUE(d.doc, '$[0].name' DEFAULT 'x' ON EMPTY DEFAULT 'y' ON ERROR), 'query', JSON_QUERY(d.doc, '$[0]' EMPTY OBJECT ON EMPTY),
        'wrapped', JSON_QUERY(d.doc, '$[*]' WITH UNCONDITIONAL WRAPPER), 'quoted', JSON_QUERY(d.doc, '$[0].name' RETURNING text OMIT QUOTES), 'int', JSON_VALUE('1', '$' RETURNING integer ERROR ON ERROR), 'null', JSON_VALUE('{"a": null}', '$.a'), 'scalar', JSON_SCALAR(d.n), 'json', JSON('1'), 'text', JSON_SERIALIZE(JSON_OBJECT('n': d.n)), 'ser_null', JSON_SERIALIZE(NULL::jsonb)) AS data FROM d;
CREATE VIEW s04_constructors AS
    SELECT d.id, JSON_OBJECT('n': d.n, 'k': JSON_ARRAY(d.n, d.id), 'no': JSON_ARRAY(SELECT e.k FROM e WHERE e.d_id = d.id) ABSENT ON NULL RETURNING jsonb) AS data, JSON_OBJECT('a': 1, 'a': d.n RETURNING jsonb) AS twice, JSON_OBJECT('a': d.n, 'a': 1 ABSENT ON NULL) AS twice_absent, JSON_ARRAY(d.n, d.doc FORMAT JSON, NULL) AS list,
        (SELECT JSON_ARRAYAGG(e.k) FROM e WHERE e.d_id = d.id) AS agg, (SELECT JSON_ARRAYAGG(e.k ABSENT ON NULL RETURNING jsonb) FILTER (WHERE e.id > 0) FROM e) AS filtered, (SELECT JSON_OBJECTAGG(e.id VALUE d.n ABSENT ON NULL RETURNING jsonb) FROM e) AS objects FROM d;
CREATE VIEW s05_strict_aggregates AS SELECT d.id % 2 AS id, jsonb_build_object('strict', jsonb_agg_strict(d.n), 'objects', jsonb_object_agg_strict(d.id, d.n), 'unique', jsonb_object_agg_unique(d.id, d.n), 'any', any_value(d.n), 'any_id', any_value(d.id), 'sum', sum(d.twice)) AS data FROM d GROUP BY d.id % 2;
CREATE VIEW s06_virtual AS SELECT d.id, jsonb_build_object('twice', d.twice, 'sure', d.sure, 'left', l.sure) AS data FROM d LEFT JOIN d l ON l.id = d.n;
CREATE VIEW s07_not_enforced AS SELECT e.id, jsonb_build_object('k', e.k, 'd', d.sure, 'n', d.n) AS data FROM e LEFT JOIN d ON d.id = e.d_id;
CREATE VIEW s08_strip_arrays AS SELECT d.id, jsonb_strip_nulls(jsonb_build_array(d.n, jsonb_build_object('n', d.n), jsonb_build_array(d.n)), true) AS data, jsonb_strip_nulls(jsonb_build_object('l', jsonb_build_array(d.n, 1)), d.id > 2) AS sometimes FROM d;
CREATE VIEW s09_casts AS SELECT d.id, jsonb_build_object('null', ('null'::jsonb)::integer, 'n', (jsonb_build_object('n', d.n) -> 'n')::integer, 'reverse', array_reverse(ARRAY[d.n, 1]), 'sorted', array_sort(ARRAY[d.n, 1]), 'folded', casefold('X')) AS data FROM d;
CREATE FUNCTION nasty_old(p integer) RETURNS SETOF jsonb LANGUAGE sql BEGIN ATOMIC UPDATE d SET n = p RETURNING jsonb_build_object('old', old.id, 'new', new.id, 'n', n, 'sure', old.sure); END;
CREATE FUNCTION nasty_upsert(p integer) RETURNS SETOF jsonb LANGUAGE sql BEGIN ATOMIC INSERT INTO d (id, doc) VALUES (p, '1') ON CONFLICT (id) DO UPDATE SET n = 1 RETURNING jsonb_build_object('old', old.id, 'new', new.id); END;
CREATE FUNCTION nasty_delete(p integer) RETURNS SETOF jsonb LANGUAGE sql BEGIN ATOMIC DELETE FROM d WHERE id = p RETURNING jsonb_build_object('old', old.id, 'new', new.id, 'id', id); END;
CREATE FUNCTION nasty_merge(p integer) RETURNS SETOF jsonb LANGUAGE sql BEGIN ATOMIC MERGE INTO d USING e ON e.d_id = d.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, doc) VALUES (e.id, '1') RETURNING jsonb_build_object('action', merge_action(), 'id', d.id, 'e', e.id, 'old', old.id, 'new', new.id); END;
