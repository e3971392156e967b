CREATE TABLE tb_a (id serial PRIMARY KEY, n integer);
CREATE VIEW v_a AS SELECT id, n FROM tb_a;
CREATE FUNCTION fn_a(p_a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TYPE mood AS ENUM ('sad');
