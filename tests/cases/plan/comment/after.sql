COMMENT ON COLUMN tb_user.id IS E'new\\line';
COMMENT ON VIEW v_user IS 'a view';
COMMENT ON CONSTRAINT ck_name ON tb_user IS 'inline';
