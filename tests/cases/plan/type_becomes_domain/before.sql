CREATE TYPE grade AS ENUM ('a', 'b');
CREATE TABLE tb_a (g grade);
CREATE VIEW v_a AS SELECT g FROM tb_a;
