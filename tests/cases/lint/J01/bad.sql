CREATE VIEW v_a AS SELECT jsonb_build_object('id', id) AS data FROM tb_a;  -- bad
CREATE VIEW app."v_b" (pk, data) AS SELECT id, data FROM tb_a;  -- bad
CREATE MATERIALIZED VIEW mv_a AS SELECT "ID", data FROM tb_a;  -- bad
CREATE TABLE tv_a (pk_a int PRIMARY KEY, data jsonb);  -- bad
CREATE VIEW v_c AS SELECT (SELECT 1 AS id), data FROM tb_a UNION ALL SELECT key, data FROM tb_b;
CREATE VIEW v_d AS SELECT key, data FROM tb_a UNION ALL SELECT id, data FROM tb_b;  -- bad: the first names them
CREATE VIEW v_e AS SELECT lower(id), data FROM tb_a;  -- bad
