CREATE VIEW v_user AS SELECT id, email FROM tb_user;
CREATE VIEW v_adult AS SELECT id FROM v_user;
