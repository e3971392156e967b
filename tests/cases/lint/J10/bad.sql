CREATE VIEW v_a AS SELECT u.id, to_jsonb(u) AS data FROM tb_user u;  -- bad
CREATE VIEW v_b AS SELECT u.id, to_jsonb(u.*) AS data FROM tb_user AS u;  -- bad
CREATE VIEW v_c AS SELECT id, to_jsonb(tb_user) AS data FROM tb_user;  -- bad
CREATE VIEW v_d AS SELECT u.id, jsonb_build_object('ps', COALESCE((SELECT jsonb_agg(p ORDER BY p.id) FROM tb_p p), '[]')) AS data FROM tb_user u;  -- bad
CREATE FUNCTION fn_a() RETURNS void LANGUAGE sql AS 'UPDATE tv_a SET data = (SELECT to_jsonb(u) FROM tb_user u WHERE u.id = tv_a.id)';  -- bad
