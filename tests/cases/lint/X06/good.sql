-- file: tools/one.sql
CREATE TABLE tb_a (id int PRIMARY KEY, up int REFERENCES tb_a (id));
CREATE VIEW v_a AS SELECT id FROM tb_a;
SELECT count(*) FROM tb_b;
DROP TABLE tb_b;
CREATE TABLE tb_b (id int);
CREATE VIEW v_c AS SELECT id FROM tb_c;
CREATE TABLE IF NOT EXISTS tb_c (id int);
CREATE VIEW v_d AS SELECT id FROM v_later;
CREATE OR REPLACE VIEW v_later AS SELECT 1 AS id;
WITH tb_e AS (SELECT 1 AS id) SELECT id FROM tb_e;
CREATE TABLE tb_e (id int);
SELECT id FROM app.tb_f;
CREATE TABLE tb_f (id int);
CREATE FUNCTION fn_a() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM tb_g); END';
CREATE TABLE tb_g (id int);
ALTER TABLE IF EXISTS tb_h ADD n int;
CREATE TABLE tb_h (id int);
SELECT id FROM tb_i;
ALTER TABLE tb_i RENAME TO tb_j;
CREATE TABLE tb_i (id int);
SELECT id FROM p_one;
CREATE TABLE p_one PARTITION OF tb_a DEFAULT;
-- file: tools/two.sql
SELECT id FROM tb_a;
DO $$ BEGIN EXECUTE 'DROP TABLE tb_a'; END $$;
CREATE TABLE tb_a (id int);
-- file: tools/three.sql
SELECT id FROM tb_a;
\c other
CREATE TABLE tb_a (id int);
-- file: tools/four.sql
SELECT id FROM tb_a;
SET search_path = app;
CREATE TABLE tb_a (id int);
-- file: tools/five.sql
SELECT id FROM v_a;
DROP TABLE tb_a CASCADE;
CREATE VIEW v_a AS SELECT 1 AS id;
-- file: sql/artifact.sql
CREATE VIEW v_z AS SELECT id FROM tb_z;
CREATE TABLE tb_z (id int);
