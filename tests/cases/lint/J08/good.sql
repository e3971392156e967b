CREATE VIEW v_a AS SELECT u.id, jsonb_build_object('posts', COALESCE(
    (SELECT jsonb_agg(p.title ORDER BY p.id) FROM tb_p p WHERE p.user_id = u.id), '[]'::jsonb)) AS data FROM tb_user u;
CREATE VIEW v_b AS SELECT u.id, jsonb_build_object('posts', jsonb_agg(p.title)) AS data
FROM tb_user u JOIN tb_p p ON p.user_id = u.id GROUP BY u.id;
CREATE VIEW v_c AS WITH p AS (SELECT user_id, jsonb_agg(title) AS posts FROM tb_p GROUP BY user_id)
SELECT u.id, jsonb_build_object('posts', COALESCE(p.posts, '[]'::jsonb), 'm', COALESCE(
    jsonb_object_agg(a, b) FILTER (WHERE a IS NOT NULL), '{}')) AS data FROM tb_user u LEFT JOIN p USING (user_id) GROUP BY 1, 2;
CREATE VIEW v_d AS SELECT id, jsonb_build_object('tags', ARRAY(SELECT t FROM tb_t), 'n', count(*)) AS data FROM tb_a GROUP BY id;
CREATE VIEW v_e AS SELECT u.id, jsonb_build_object('posts', COALESCE(p.posts, '[]')) AS data FROM tb_user u
LEFT JOIN LATERAL (SELECT jsonb_agg(title) AS posts FROM tb_p WHERE user_id = u.id) p ON true;
CREATE VIEW v_f AS SELECT id, jsonb_build_object('id', id, 'all', jsonb_agg(x) OVER (PARTITION BY id)) AS data FROM tb_a;
CREATE VIEW v_g AS SELECT id, jsonb_build_object('s', COALESCE(NULL, (SELECT jsonb_agg(1)), '[]')) AS data FROM tb_a;
