CREATE VIEW v_a AS SELECT id, jsonb_build_object('id', id, 'n'::text, n, E'm', m) AS data FROM tb_a;
CREATE VIEW v_b AS SELECT id, jsonb_build_object('by_kind', jsonb_object_agg(kind, n)) AS data FROM tb_a GROUP BY id;
CREATE VIEW v_c AS SELECT id, data, jsonb_build_object(k, 1) AS other FROM tb_a;
CREATE TABLE tb_x AS SELECT jsonb_build_object(k, 1) AS data FROM tb_a;
CREATE VIEW helper AS SELECT jsonb_build_object(k, 1) AS data FROM tb_a;
