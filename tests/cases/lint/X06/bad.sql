-- file: tools/setup.sql
CREATE VIEW v_a AS WITH x AS (SELECT id FROM tb_a) SELECT id FROM x;  -- bad
INSERT INTO "tb_b" SELECT 1;  -- bad
CREATE INDEX idx_c ON app.tb_c (id);  -- bad
CREATE TABLE tb_d (id int REFERENCES tb_a (id));  -- bad
ALTER TABLE tb_b ADD COLUMN n int;  -- bad
GRANT SELECT ON v_e TO bob;  -- bad
REFRESH MATERIALIZED VIEW mv_f;  -- bad
CREATE TABLE tb_a (id int);
CREATE TABLE app.tb_c (id int);
CREATE TABLE TB_B (id int);
CREATE VIEW v_e AS SELECT 1 AS id;
CREATE MATERIALIZED VIEW mv_f AS SELECT 1 AS id;
