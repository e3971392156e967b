CREATE VIEW v_post AS SELECT id, title FROM tb_post;  -- bad
CREATE TABLE tv_post (id uuid PRIMARY KEY, "Data" jsonb);  -- bad
CREATE MATERIALIZED VIEW mv_a AS SELECT id, jsonb_build_object('id', id) FROM tb_a;  -- bad
CREATE VIEW v_b AS WITH data AS (SELECT 1 AS id) SELECT id FROM data;  -- bad
