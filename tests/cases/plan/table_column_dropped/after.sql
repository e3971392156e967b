CREATE TABLE tb_user (id integer, name text, kind text CHECK (kind > ''));
CREATE VIEW v_replaced AS SELECT id FROM tb_user;
CREATE VIEW v_rebuilt AS SELECT id FROM tb_user;
