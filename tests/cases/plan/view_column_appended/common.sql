CREATE TABLE tb_user (id integer PRIMARY KEY, email text, age integer);
