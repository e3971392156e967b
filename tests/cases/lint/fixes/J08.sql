-- ==== all of the call
CREATE VIEW v_a AS SELECT id, jsonb_build_object(
    'n', (SELECT jsonb_agg (x ORDER BY ')', "(", $$)$$, E'\')') FROM tb_b), 'filter', (1)) AS data FROM tb_a;
-- ==== fixed
CREATE VIEW v_a AS SELECT id, jsonb_build_object(
    'n', (SELECT COALESCE(jsonb_agg (x ORDER BY ')', "(", $$)$$, E'\')'), '[]') FROM tb_b), 'filter', (1)) AS data FROM tb_a;
-- ==== one in another, with FILTER behind comments
CREATE VIEW v_a AS SELECT id, jsonb_object_agg(k, array_agg(x)) -- (
    /* ( /* */ */ FILTER (WHERE a) AS data, filter (1) FROM tb_a;
-- ==== fixed
CREATE VIEW v_a AS SELECT id, COALESCE(jsonb_object_agg(k, COALESCE(array_agg(x), '{}')) -- (
    /* ( /* */ */ FILTER (WHERE a), '{}') AS data, filter (1) FROM tb_a;
-- ==== where an outer join may make it NULL the place is another
CREATE VIEW v_a AS SELECT id, p.n AS data
FROM tb_a LEFT JOIN (SELECT a, jsonb_agg(b) n FROM tb_b GROUP BY a) p ON p.a = id;
-- ==== in a body
CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO tv_a (id, data) SELECT 1, jsonb_agg(b) FROM tb_b;
END $$;
-- ==== fixed
CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO tv_a (id, data) SELECT 1, COALESCE(jsonb_agg(b), '[]') FROM tb_b;
END $$;
-- ==== not in a body in single quotes
CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS ' BEGIN
    INSERT INTO tv_a (id, data) SELECT 1, jsonb_agg(b) FROM tb_b;
END ';
