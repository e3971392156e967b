CREATE SCHEMA made;
CREATE TABLE made.tb_a (id integer);
CREATE VIEW made.v_a AS SELECT id FROM made.tb_a;
CREATE FUNCTION made.fn_a() RETURNS integer LANGUAGE sql AS 'SELECT 1';
COMMENT ON SCHEMA made IS 'x';
