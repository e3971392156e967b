CREATE VIEW v_user AS SELECT id, name FROM tb_user GROUP BY id;
CREATE VIEW v_names AS SELECT name FROM v_user;
