CREATE TABLE tb_user (id integer CONSTRAINT pk_users PRIMARY KEY, name text);
CREATE TABLE tb_post (id integer PRIMARY KEY, author integer CONSTRAINT fk_author REFERENCES tb_user);
CREATE VIEW v_user AS SELECT u.id, u.name, count(p.id) AS posts FROM tb_user u LEFT JOIN tb_post p ON p.author = u.id GROUP BY u.id;
CREATE VIEW v_names AS SELECT name FROM v_user;
CREATE MATERIALIZED VIEW mv_user AS SELECT u.id, u.name FROM tb_user u GROUP BY u.id;
CREATE FUNCTION fn_count() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM (SELECT u.id, u.name FROM tb_user u GROUP BY u.id) g; END;
