ALTER TABLE tb_a DROP COLUMN slug, DROP IF EXISTS "Two";  -- bad -- bad
ALTER TABLE tb_a RENAME slug TO handle;  -- bad
ALTER VIEW v_a RENAME TO v_b;  -- bad
DROP VIEW IF EXISTS v_c, app.v_d;  -- bad -- bad
DROP FUNCTION fn_a(int), fn_b;  -- bad -- bad
DROP TABLE IF EXISTS tb_b;  -- bad: its rows are gone
CREATE TABLE tb_b (id int);
ALTER TYPE post_status RENAME VALUE 'draft' TO 'new';  -- bad
ALTER TYPE app.pair RENAME ATTRIBUTE a TO b;  -- bad
ALTER TYPE app.pair DROP ATTRIBUTE a;  -- bad
ALTER TYPE pair RENAME TO couple;  -- bad
DROP TYPE pair;  -- bad
ALTER TABLE tb_a SET SCHEMA old;  -- bad
ALTER FUNCTION fn_c(int) SET SCHEMA old;  -- bad
DROP SCHEMA app;  -- bad
ALTER SCHEMA app RENAME TO other;  -- bad
REVOKE SELECT ON v_a FROM cqrs_read, bob;  -- bad
REVOKE ALL ON FUNCTION fn_a(int) FROM cqrs_command;  -- bad
