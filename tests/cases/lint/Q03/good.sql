-- file: sql/functions/fn_format.sql
CREATE FUNCTION fn_format(p_id uuid) RETURNS text LANGUAGE sql STABLE AS 'SELECT p_id::text';
CREATE FUNCTION fn_format(p_id uuid, p_log text) RETURNS int LANGUAGE sql
AS 'INSERT INTO tb_log VALUES (p_log) RETURNING 1';
CREATE FUNCTION other.fn_count(p_id uuid) RETURNS int LANGUAGE sql AS 'DELETE FROM tb_a RETURNING 1';
CREATE FUNCTION fn_either(p_id int) RETURNS int LANGUAGE sql AS 'DELETE FROM tb_a RETURNING 1';
CREATE FUNCTION fn_either(p_id text) RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
-- file: sql/views/v_a.sql
CREATE VIEW v_a AS SELECT id, fn_format(id) AS data, fn_count(id) AS n, fn_either(id) AS m FROM tb_a;
CREATE VIEW v_b AS SELECT id, fn_unknown(id) AS data FROM tb_a;
