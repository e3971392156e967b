DROP TABLE tb_a CASCADE;  -- bad
DROP VIEW IF EXISTS v_a, v_b CASCADE;  -- bad -- bad
ALTER TABLE tb_a DROP COLUMN b CASCADE, DROP CONSTRAINT c CASCADE;  -- bad -- bad
TRUNCATE tb_a, tb_b CASCADE;  -- bad -- bad
DROP TYPE app.t CASCADE;  -- bad
DROP SCHEMA app CASCADE;  -- bad
DROP FUNCTION fn_a(int) CASCADE;  -- bad
