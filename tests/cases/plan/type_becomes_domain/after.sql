CREATE DOMAIN grade AS text CHECK (VALUE IN ('a', 'b', 'c'));
CREATE TABLE tb_a (g grade);
CREATE VIEW v_a AS SELECT g FROM tb_a;
