CREATE VIEW v_post AS SELECT id, data FROM posts;  -- bad
CREATE VIEW v_a AS SELECT id FROM tb_a WHERE EXISTS (SELECT 1 FROM "TB_b" b WHERE b.id = tb_a.id);  -- bad
CREATE VIEW v_b AS WITH a AS (SELECT id FROM app.raw) SELECT id FROM a UNION ALL SELECT id FROM a;  -- bad
CREATE MATERIALIZED VIEW mv_a AS SELECT id FROM tb_a, LATERAL (SELECT 1 FROM log WHERE log.id = tb_a.id) l;  -- bad
CREATE VIEW v_c AS TABLE staging;  -- bad
CREATE VIEW v_d AS WITH tb AS (SELECT 1 AS id) SELECT id FROM public.tb;  -- bad: not the one of WITH
