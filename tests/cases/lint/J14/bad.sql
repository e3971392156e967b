CREATE VIEW v_a AS SELECT id, jsonb_build_object('id', id, 'name', a) || jsonb_build_object('name', b) AS data FROM tb_a;  -- bad
CREATE VIEW v_b AS SELECT id, jsonb_build_object('a', 1) || x || jsonb_build_object('b', 1) || jsonb_build_object('a', 2) AS data FROM tb_a;  -- bad
CREATE VIEW v_c AS SELECT id, jsonb_build_object('in', jsonb_build_object('a', 1) || jsonb_build_object('a'::text, 2)) AS data FROM tb_a;  -- bad
