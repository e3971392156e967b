CREATE VIEW v_a AS SELECT id, json_build_object('id', id) AS data FROM tb_a;  -- bad
CREATE VIEW v_b AS SELECT id, jsonb_build_object('a', json_agg(x)) AS data FROM tb_a GROUP BY id;  -- bad
CREATE VIEW v_c AS SELECT id, row_to_json(ROW(1)) AS data FROM tb_a;  -- bad
CREATE VIEW v_d AS SELECT id, x::json AS data FROM tb_a;  -- bad
CREATE FUNCTION fn_a() RETURNS void LANGUAGE sql AS 'INSERT INTO tv_a (id, data) SELECT id, to_json(id) FROM tb_a';  -- bad
