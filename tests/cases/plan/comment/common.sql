CREATE TABLE tb_user (id integer CONSTRAINT pk_user PRIMARY KEY, name text CONSTRAINT ck_name CHECK (name > ''));
CREATE VIEW v_user AS SELECT id FROM tb_user;
