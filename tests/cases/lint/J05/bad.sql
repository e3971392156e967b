CREATE VIEW v_a AS SELECT id, jsonb_build_object('id', id, lower(kind), n) AS data FROM tb_a;  -- bad
CREATE VIEW v_b AS SELECT id, jsonb_build_object('x', jsonb_build_object(k, 1)) AS data FROM tb_a;  -- bad
CREATE FUNCTION fn_a() RETURNS void LANGUAGE sql AS $$
    INSERT INTO tv_a (id, data) SELECT id, jsonb_build_object(kind, n) FROM tb_a  -- bad
$$;
CREATE VIEW v_c AS SELECT a.id, l.data FROM tb_a a, LATERAL (SELECT jsonb_build_object('a' || n, 1) AS data) l;  -- bad
