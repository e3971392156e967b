CREATE VIEW v_a AS SELECT id, jsonb_build_object('id', id, 'x', to_jsonb(x)) AS data, json_agg(x) AS other FROM tb_a GROUP BY id;
CREATE VIEW v_b AS SELECT id, x::jsonb AS data FROM tb_a WHERE json_typeof(y) = 'object';
CREATE VIEW v_c AS SELECT id, jsonb_build_object('json_agg', 'json_build_object(1)', 'n', "json_agg") AS data FROM tb_a;
SELECT json_agg(data) FROM v_a;
