CREATE VIEW v_user AS SELECT id, email FROM tb_user;
CREATE VIEW v_all AS SELECT * FROM v_user;
CREATE FUNCTION fn_user(v_user) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT $1.id; END;
COMMENT ON VIEW v_user IS 'users';
