CREATE VIEW v_a AS SELECT u.id, jsonb_build_object('tags', to_jsonb(u.tags), 'u', to_jsonb(name)) AS data FROM tb_user u;
CREATE VIEW v_b AS SELECT x.id, to_jsonb(x) AS data FROM (SELECT id, title FROM tb_a) x;
CREATE VIEW v_c AS WITH x AS (SELECT id, title FROM tb_a) SELECT x.id, to_jsonb(x) AS data FROM x;
CREATE VIEW v_d AS SELECT id, to_jsonb(row(1, 2)) AS data FROM tb_a;
CREATE VIEW v_e AS SELECT u.id, jsonb_build_object('n', count(u)) AS data FROM tb_user u GROUP BY u.id;
CREATE VIEW v_f AS SELECT t.id, jsonb_build_object('xs', COALESCE(jsonb_agg(x), '[]')) AS data FROM tb_t t, unnest(t.xs) AS x GROUP BY t.id;
