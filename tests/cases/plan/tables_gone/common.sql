CREATE TABLE tb_kept (id integer PRIMARY KEY);
