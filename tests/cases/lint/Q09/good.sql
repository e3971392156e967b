CREATE FUNCTION fn_get_post(p_id uuid) RETURNS jsonb LANGUAGE sql STABLE AS 'SELECT data FROM v_post WHERE id = p_id';
CREATE FUNCTION fn_touch(p_id uuid) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM tb_post';
CREATE FUNCTION fn_a() RETURNS tb_post LANGUAGE sql STABLE AS 'SELECT * FROM tv_post';
CREATE FUNCTION fn_b() RETURNS int LANGUAGE sql STABLE AS 'WITH tb_x AS (SELECT 1 AS id) SELECT id FROM tb_x';
