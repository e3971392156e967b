CREATE VIEW v_a AS SELECT id, jsonb_build_object('id', id) || jsonb_build_object('name', b) AS data FROM tb_a;
CREATE VIEW v_b AS SELECT id, data || jsonb_build_object('a', 1) AS data FROM tb_a;
CREATE VIEW v_c AS SELECT id, jsonb_build_object('a', 'x' || 'x', 'b', jsonb_build_object('a', 1) || y) AS data FROM tb_a;
CREATE VIEW v_d AS SELECT id, jsonb_build_object(k, 1) || jsonb_build_object(k, 2) AS data FROM tb_a;
CREATE VIEW v_e AS SELECT id, CASE WHEN x THEN jsonb_build_object('a', 1) ELSE jsonb_build_object('a', 2) END AS data FROM tb_a;
