CREATE FUNCTION fn_a(p_name text, p_n varchar(9), p_xs text[]) RETURNS SETOF int LANGUAGE plpgsql AS $$
DECLARE v_where text := ' WHERE name = ' || p_name; v_sql text; v_r record;
BEGIN
    EXECUTE 'SELECT 1 FROM tb_a' || v_where;  -- bad
    EXECUTE format('SELECT %I, %s FROM tb_a', p_name, lower(p_name));  -- bad
    v_sql := 'SELECT ' || COALESCE(p_name, '*') || ' FROM tb_a';  -- bad
    EXECUTE v_sql INTO v_r;
    RETURN QUERY EXECUTE 'SELECT 1 WHERE ' || CASE WHEN true THEN p_name ELSE 'true' END;  -- bad
    FOR v_r IN EXECUTE 'SELECT ' || p_name::text LOOP NULL; END LOOP;  -- bad
    v_where := ' ORDER BY ' || trim(p_name);
    EXECUTE concat('SELECT 1', v_where);  -- bad
END $$;
CREATE FUNCTION fn_b(INOUT "p_X" text) LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT ' || "p_X"; END $$;  -- bad
