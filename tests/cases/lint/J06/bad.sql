CREATE VIEW v_a AS SELECT id, jsonb_build_object('id', id, 'createdAt', at) AS data FROM tb_a;  -- bad
CREATE VIEW v_b AS WITH x AS (SELECT id, jsonb_build_object('two words', 1) AS d FROM tb_a)  -- bad
SELECT id, jsonb_build_object('d', d) AS data FROM x;
CREATE VIEW v_c AS SELECT id, jsonb_build_object('xs', COALESCE((
    SELECT jsonb_agg(jsonb_build_object('X', y) ORDER BY y) FILTER (WHERE y > 0) FROM tb_b), '[]')) AS data  -- bad
FROM tb_a;
CREATE VIEW v_d AS SELECT id, CASE WHEN id > 0 THEN jsonb_build_object('A', 1) ELSE '{}'::jsonb END AS data FROM tb_a;  -- bad
CREATE VIEW v_e (id, data) AS SELECT 1, jsonb_build_object('a', 1) UNION ALL SELECT 2, jsonb_build_object('B', 1);  -- bad
CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    UPDATE tv_a SET data = data || jsonb_build_object('lastLogin', now());  -- bad
    INSERT INTO "tv_a" (id, data) VALUES (1, jsonb_build_object('é', 1))  -- bad
    ON CONFLICT (id) DO UPDATE SET data = jsonb_build_object('Y', 1);  -- bad
END $$;
