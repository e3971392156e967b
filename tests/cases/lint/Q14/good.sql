CREATE VIEW v_a AS WITH found AS (SELECT id FROM tb_a) SELECT id, 'DELETE FROM tb_a' AS data FROM found;
CREATE FUNCTION fn_a() RETURNS SETOF int LANGUAGE sql AS 'WITH g AS (DELETE FROM tb_a RETURNING id) SELECT id FROM g';
WITH gone AS (DELETE FROM tb_a RETURNING id) SELECT id FROM gone;
CREATE VIEW v_d AS SELECT fn_delete(id) AS id, "update" FROM tb_a AS "delete" WHERE "insert" = 'x';
CREATE TABLE tb_copy AS WITH gone AS (SELECT id FROM tb_a) SELECT id FROM gone;
CREATE VIEW v_e AS SELECT l.id FROM tb_a, LATERAL (WITH x AS (TABLE tb_b) SELECT id FROM x) AS l;
