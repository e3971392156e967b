CREATE VIEW v_user AS SELECT id, name, age FROM tb_user GROUP BY id;
CREATE VIEW v_names AS SELECT name, age FROM v_user;
