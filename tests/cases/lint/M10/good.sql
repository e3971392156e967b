-- file: migrations/versions/1_a.up.sql
CREATE TABLE tb_a (id int, title varchar(20), price numeric(8,2), bits varbit(3), raw text, s varchar);
-- file: migrations/versions/2_b.up.sql
ALTER TABLE tb_a ALTER title TYPE varchar(40), ALTER price TYPE numeric(10,2), ALTER bits TYPE varbit(9);
ALTER TABLE tb_a ALTER title TYPE character varying, ALTER price TYPE decimal, ALTER raw TYPE text, ALTER id TYPE int4;
ALTER TABLE tb_a ALTER title TYPE text, ALTER s TYPE text;
CREATE TABLE tb_new (id int);
ALTER TABLE tb_new ALTER id TYPE text;
ALTER TYPE pair ALTER ATTRIBUTE a TYPE text;
