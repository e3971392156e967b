CREATE TABLE tb_pg_log (pg_version int, CONSTRAINT pg_one UNIQUE (pg_version));
CREATE FUNCTION fn_a(pg_version int) RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER TABLE tb_a RENAME COLUMN a TO pg_a;
ALTER TABLE tb_a RENAME CONSTRAINT a TO pg_a;
SELECT relname FROM pg_class pg_all;
CREATE TEMP TABLE "PG_a" (id int);
