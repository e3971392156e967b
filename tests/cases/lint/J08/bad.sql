CREATE VIEW v_a AS SELECT u.id, jsonb_build_object('posts',
    (SELECT jsonb_agg(p.title ORDER BY p.title) FROM tb_p p WHERE p.user_id = u.id)) AS data FROM tb_user u;  -- bad
CREATE VIEW v_b AS SELECT u.id, jsonb_build_object('posts', p.posts) AS data
FROM tb_user u LEFT JOIN (SELECT user_id, jsonb_agg(title) AS posts FROM tb_p GROUP BY user_id) p ON p.user_id = u.id;  -- bad
CREATE VIEW v_c AS WITH p AS (SELECT user_id, array_agg(DISTINCT title) AS posts FROM tb_p GROUP BY 1)  -- bad
SELECT u.id, jsonb_build_object('posts', to_jsonb(p.posts)) AS data FROM tb_user u LEFT JOIN p USING (user_id);
CREATE VIEW v_d AS SELECT u.id, jsonb_build_object('posts',
    jsonb_agg(p.title) FILTER (WHERE p.id IS NOT NULL)) AS data FROM tb_user u LEFT JOIN tb_p p ON true GROUP BY u.id;  -- bad
CREATE VIEW v_e AS SELECT u.id, jsonb_build_object('m', l.m) AS data FROM tb_user u LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(k, v) AS m FROM tb_x WHERE x = u.id) l ON true;  -- bad
CREATE VIEW v_f AS SELECT u.id, jsonb_build_object('n', COALESCE((SELECT jsonb_build_object('xs', jsonb_agg(x)) FROM tb_x), '{}')) AS data FROM tb_user u;  -- bad
