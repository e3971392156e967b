-- file: sql/functions/fn_count.sql
CREATE FUNCTION fn_count(p_id uuid, p_by int DEFAULT 1) RETURNS int LANGUAGE sql
AS 'INSERT INTO tb_count VALUES (p_id, p_by) RETURNING 1';
CREATE FUNCTION app.fn_through() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN fn_count(NULL); END';
CREATE FUNCTION fn_rows() RETURNS SETOF int LANGUAGE sql AS 'DELETE FROM tb_a RETURNING id';
-- file: sql/views/v_a.sql
CREATE VIEW v_a AS SELECT id, FN_Count(id) AS data FROM tb_a;  -- bad
CREATE VIEW v_b AS SELECT id FROM tb_a WHERE app.fn_through() > 1;  -- bad
CREATE VIEW v_c AS SELECT x AS id FROM fn_rows() AS x;  -- bad
CREATE MATERIALIZED VIEW mv_a AS SELECT (SELECT public.fn_count(id, 2)) AS id FROM tb_a;  -- bad
CREATE VIEW v_d AS SELECT count(*) FILTER (WHERE fn_count(id) > 0) AS id FROM tb_a;  -- bad
