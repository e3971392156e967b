CREATE VIEW v_post AS WITH RECURSIVE tree (id) AS (
    SELECT id FROM tb_post UNION ALL SELECT p.id FROM app.tb_post p JOIN tree ON tree.id = p.parent_id
) SEARCH DEPTH FIRST BY id SET path
SELECT tree.id, n.oid FROM tree, pg_class n, generate_series(1, 2) AS g (x), (VALUES (1)) AS x (y);
CREATE VIEW v_a AS SELECT id, (SELECT count(*) FROM mv_a) AS n FROM "tv_a" TABLESAMPLE system (1);
CREATE VIEW v_b AS SELECT table_name FROM information_schema.tables;
CREATE VIEW v_c AS SELECT j.id FROM tb_a a, jsonb_to_recordset(a.data) AS j (id int), ROWS FROM (unnest(a.x)) u;
CREATE TEMP VIEW anything AS SELECT id FROM posts;
CREATE VIEW v_d AS WITH posts AS MATERIALIZED (SELECT id FROM tb_post) SELECT id FROM posts;
CREATE VIEW v_e AS WITH a AS (WITH inner_one AS (SELECT 1 AS id) SELECT id FROM inner_one) SELECT id FROM a;
