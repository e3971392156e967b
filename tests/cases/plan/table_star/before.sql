CREATE TABLE tb_user (id integer, name text);
CREATE VIEW v_star AS SELECT * FROM tb_user;
CREATE VIEW v_top AS SELECT name FROM v_star;
