CREATE MATERIALIZED VIEW v_user AS SELECT id, email FROM tb_user;
CREATE UNIQUE INDEX uq_user ON v_user (id);
CREATE VIEW v_mail AS SELECT email FROM v_user;
