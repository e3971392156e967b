CREATE VIEW v_user AS SELECT id, email FROM tb_user;
CREATE VIEW v_mail AS SELECT email FROM v_user;
CREATE VIEW v_gone AS SELECT email FROM v_user;
