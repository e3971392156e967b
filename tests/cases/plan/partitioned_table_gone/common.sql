CREATE TABLE tb_other (a integer);
