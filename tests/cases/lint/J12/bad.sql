CREATE VIEW v_a AS SELECT id, jsonb_build_object('id', id, 'pk_post', pk_post) AS data FROM tb_a;  -- bad
CREATE VIEW v_b AS SELECT id, jsonb_build_object('id', id, 'user', p.fk_user) AS data FROM tb_a p;  -- bad
CREATE VIEW v_c AS SELECT id, jsonb_build_object('us', COALESCE(jsonb_agg(jsonb_build_object('n', "fk_user")), '[]')) AS data FROM tb_a GROUP BY id;  -- bad
CREATE FUNCTION fn_a() RETURNS void LANGUAGE sql AS $$
    INSERT INTO tv_a (id, data) SELECT id, jsonb_build_object('fk_x', 1) FROM tb_a;  -- bad
$$;
