CREATE SCHEMA pg_app;  -- bad
CREATE TABLE app.pg_log (id int);  -- bad
CREATE OR REPLACE VIEW PG_stats AS SELECT 1 AS id;  -- bad
CREATE FUNCTION pg_do() RETURNS int LANGUAGE sql AS 'SELECT 1';  -- bad
CREATE INDEX pg_idx ON tb_a (b);  -- bad
ALTER TABLE tb_a RENAME TO pg_a;  -- bad
ALTER SCHEMA app RENAME TO pg_app;  -- bad
CREATE ROLE pg_reader;  -- bad
