-- file: sql/a.sql
CREATE TABLE tb_a (id int);
CREATE FUNCTION fn_a(p_a int, p_b varchar(20), OUT p_c int) LANGUAGE sql AS 'SELECT 1';
CREATE VIEW app.v_a AS SELECT 1 AS id;
-- file: sql/b.sql
CREATE VIEW "tb_a" AS SELECT 1 AS id;  -- bad
CREATE OR REPLACE FUNCTION public.FN_A(a pg_catalog.int4, b character varying) RETURNS int LANGUAGE sql AS 'SELECT 2';  -- bad
CREATE MATERIALIZED VIEW IF NOT EXISTS app.V_A AS SELECT 1 AS id;  -- bad
