CREATE VIEW v_a WITH (security_barrier = true) AS SELECT id FROM tb_user;
CREATE VIEW v_b WITH (security_invoker = true) AS SELECT id FROM tb_user;
CREATE VIEW v_c AS SELECT id FROM tb_user WHERE id > 0 WITH LOCAL CHECK OPTION;
ALTER VIEW v_b ALTER COLUMN id SET DEFAULT 2;
