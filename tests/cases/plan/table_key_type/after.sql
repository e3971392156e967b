CREATE TABLE tb_user (id text CONSTRAINT pk_user PRIMARY KEY);
CREATE TABLE tb_post (id integer PRIMARY KEY, author text CONSTRAINT fk_author REFERENCES tb_user (id));
CREATE VIEW v_user AS SELECT u.id, count(*) AS n FROM tb_user u GROUP BY u.id;
