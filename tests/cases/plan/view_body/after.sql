CREATE VIEW v_user AS SELECT id, email FROM tb_user WHERE age > 17;
CREATE VIEW v_adult AS SELECT id FROM v_user;
