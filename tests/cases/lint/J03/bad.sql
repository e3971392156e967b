CREATE VIEW v_a AS SELECT id, jsonb_build_object('id', id, 'title') AS data FROM tb_a;  -- bad
SELECT JSON_Build_Object('a', pg_catalog.jsonb_build_object('b'));  -- bad
CREATE FUNCTION fn_a() RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN
    RETURN (SELECT jsonb_agg(jsonb_build_object('a', x, 'é') ORDER BY x) FILTER (WHERE x > 0) FROM tb_a);  -- bad
END $$;
CREATE FUNCTION fn_b() RETURNS jsonb RETURN jsonb_build_object('it''s', 1, $1);  -- bad
DO $$ BEGIN PERFORM fn_x(jsonb_build_object('a')); END $$;  -- bad
