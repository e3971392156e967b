-- file: migrations/versions/1_a.up.sql
CREATE TABLE tb_a (id int);
CREATE TABLE tb_b (id int REFERENCES tb_a (id), up int REFERENCES tb_b (id));
CREATE VIEW v_a AS SELECT id FROM tb_a JOIN tb_outside USING (id);
CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS 'BEGIN DELETE FROM tb_later; END';
-- file: migrations/versions/2_b.up.sql
INSERT INTO tb_c SELECT id FROM tb_b;
DROP VIEW v_b;
-- file: migrations/versions/3_c.up.sql
ALTER TABLE tb_c RENAME TO tb_d;
CREATE TABLE tb_c (id int);
CREATE VIEW v_b AS SELECT id FROM tb_c;
CREATE TABLE tb_later (id int);
-- file: migrations/versions/4_d.up.sql
WITH tb_cte AS (SELECT 1 AS id) INSERT INTO tb_d SELECT id FROM tb_cte;
DROP TABLE IF EXISTS tb_f;
INSERT INTO tb_maybe VALUES (1);
-- file: migrations/versions/5_e.up.sql
CREATE TABLE tb_cte (id int);
CREATE TABLE tb_f (id int);
CREATE TABLE IF NOT EXISTS tb_maybe (id int);
