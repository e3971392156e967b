CREATE TABLE tb_user (id integer PRIMARY KEY, name text);
CREATE FUNCTION fn_a() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE FUNCTION fn_b() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
