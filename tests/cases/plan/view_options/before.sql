CREATE VIEW v_a WITH (security_invoker = true, security_barrier = true) AS SELECT id FROM tb_user;
CREATE VIEW v_b AS SELECT id FROM tb_user;
CREATE VIEW v_c AS SELECT id FROM tb_user WHERE id > 0 WITH CASCADED CHECK OPTION;
ALTER VIEW v_b ALTER COLUMN id SET DEFAULT 1;
