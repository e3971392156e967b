-- file: sql/a.sql
CREATE FUNCTION fn_a(p_a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION fn_a(p_a text) RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION fn_a(p_a int[]) RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION "fn_A"(p_a int) RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE TABLE app.tb_a (id int);
CREATE TABLE tb_a (id int);
CREATE TEMP TABLE scratch (id int);
-- file: sql/b.sql
CREATE TEMP TABLE scratch (id int);
CREATE FUNCTION fn_b() RETURNS void LANGUAGE plpgsql AS 'BEGIN CREATE TABLE tb_a (id int); END';
-- file: tools/one.sql
CREATE TABLE tb_a (id int);
DROP TABLE tb_a;
CREATE TABLE tb_a (id int);
CREATE OR REPLACE FUNCTION fn_a(p_a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
