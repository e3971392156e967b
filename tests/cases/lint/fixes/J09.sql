-- ==== with what has to have the same type
CREATE VIEW v_a AS SELECT id, JSON_build_object('a', COALESCE(json_agg(row_to_json(b)), '[]' :: json, NULL)) AS data
FROM tb_a GROUP BY id;
-- ==== fixed
CREATE VIEW v_a AS SELECT id, jsonb_build_object('a', COALESCE(jsonb_agg(to_jsonb(b)), '[]' :: jsonb, NULL)) AS data
FROM tb_a GROUP BY id;
-- ==== in CASE and in a subquery, cast to jsonb
CREATE VIEW v_a AS SELECT id, CASE WHEN a THEN json_build_object('a', ARRAY(SELECT to_json(b))) END::jsonb AS data
FROM tb_a;
-- ==== fixed
CREATE VIEW v_a AS SELECT id, CASE WHEN a THEN jsonb_build_object('a', ARRAY(SELECT to_jsonb(b))) END::jsonb AS data
FROM tb_a;
-- ==== in all sides of a UNION
CREATE VIEW v_a AS SELECT 1 AS id, json_agg(1) AS data GROUP BY a UNION SELECT 1, NULL UNION SELECT 2, to_json(2);
-- ==== fixed
CREATE VIEW v_a AS SELECT 1 AS id, jsonb_agg(1) AS data GROUP BY a UNION SELECT 1, NULL UNION SELECT 2, to_jsonb(2);
-- ==== not beside a column, whose type is not known
CREATE VIEW v_a AS SELECT id, COALESCE(json_agg(1), a.b) AS data FROM tb_a a GROUP BY id, b;
CREATE VIEW v_b AS SELECT id, json_build_array(1) AS data FROM tb_a UNION SELECT 1, b FROM tb_b;
-- ==== not beside a cast to json of something else
CREATE VIEW v_a AS SELECT id, COALESCE(json_build_object('a', 1)::json, '{}'::json) AS data FROM tb_a;
-- ==== not for a function that takes json
CREATE VIEW v_a AS SELECT id, json_strip_nulls(json_build_object(1, 2)) AS data FROM tb_a;
-- ==== not where a name is qualified, nor with line feeds in the text
CREATE VIEW v_a AS SELECT id, pg_catalog.json_build_array(1) AS data FROM tb_a;
CREATE VIEW v_b AS SELECT id, row_to_json(a, true) AS data FROM tb_a a;
