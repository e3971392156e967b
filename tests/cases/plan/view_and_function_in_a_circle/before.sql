CREATE VIEW v_user AS SELECT id, x FROM tb_user;
CREATE FUNCTION fn_x(v v_user) RETURNS integer LANGUAGE sql AS 'SELECT v.x';
CREATE OR REPLACE VIEW v_user AS SELECT id, x, fn_x(NULL::v_user) AS y FROM tb_user;
CREATE MATERIALIZED VIEW mv_user AS SELECT id, y FROM v_user;
