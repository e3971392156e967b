CREATE SCHEMA gone;
CREATE TABLE gone.tb_a (id integer);
CREATE VIEW gone.v_a AS SELECT id FROM gone.tb_a;
CREATE FUNCTION gone.fn_a() RETURNS integer LANGUAGE sql AS 'SELECT 1';
COMMENT ON SCHEMA gone IS 'x';
