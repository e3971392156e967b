CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'gone' USING ERRCODE = 'P0002', CONSTRAINT = 'rule_post_exists';
    RAISE unique_violation;
    RAISE SQLSTATE '22023' USING MESSAGE = 'x';
    RAISE EXCEPTION USING errcode = v_code, message = 'RAISE EXCEPTION';
    RAISE NOTICE 'soon'; RAISE WARNING 'x %', 1; RAISE LOG 'x'; RAISE INFO 'x'; RAISE DEBUG 'x';
    -- RAISE EXCEPTION 'not this one'
    ASSERT true, 'x';
EXCEPTION WHEN others THEN
    RAISE;
END $$;
CREATE FUNCTION fn_b() RETURNS text LANGUAGE sql AS $$ SELECT 'RAISE EXCEPTION ''x''' $$;
