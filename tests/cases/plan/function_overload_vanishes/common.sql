CREATE TABLE tb_user (id integer PRIMARY KEY);
