-- file: migrations/versions/1_a.up.sql
CREATE VIEW v_a AS SELECT id FROM tb_a;  -- bad
CREATE TABLE tb_b (id int REFERENCES app."tb_C" (id));  -- bad
-- file: migrations/versions/2_b.up.sql
GRANT SELECT ON v_d TO cqrs_read;  -- bad
CREATE VIEW v_d AS SELECT 1 AS id;
CREATE TABLE tb_a (id int);
-- file: migrations/versions/3_c.up.sql
CREATE TABLE app."tb_C" (id int);
-- file: migrations/versions/4_d.up.sql
CREATE INDEX idx_e ON tb_e (id);  -- bad
COMMENT ON TABLE tb_b IS 'x';
INSERT INTO tb_b SELECT 1 WHERE EXISTS (SELECT FROM (WITH e AS (TABLE tb_e) TABLE e) AS inner_one);  -- bad
-- file: migrations/versions/5_e.up.sql
CREATE TABLE tb_e (id int);
