CREATE TABLE tb_other (id integer);
