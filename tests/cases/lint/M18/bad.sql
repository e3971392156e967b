-- file: migrations/versions/1_a.up.sql
CREATE VIEW v_a AS SELECT id FROM tb_a;  -- bad
CREATE TABLE tb_b (id int REFERENCES app."tb_C" (id));  -- bad
-- file: migrations/versions/2_b.up.sql
GRANT SELECT ON v_d TO cqrs_read;  -- bad
CREATE VIEW v_d AS SELECT 1 AS id;
CREATE TABLE tb_a (id int);
-- file: migrations/versions/3_c.up.sql
CREATE TABLE app."tb_C" (id int);
