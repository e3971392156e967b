-- file: sql/views.sql
CREATE TABLE tb_own (id int);
CREATE VIEW v_post AS SELECT p.id FROM tb_post p, tb_user u, tb_tag t, app.tb_z;
