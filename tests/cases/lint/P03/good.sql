CREATE FUNCTION fn_a(p_table regclass, p_name text, p_n int, p_order text, p_dir text, p_id uuid, p_raw text, OUT o text)
LANGUAGE plpgsql AS $$
DECLARE v_sql text := 'SELECT 1'; v_where text := ''; v_t text;
BEGIN
    EXECUTE format('DELETE FROM %s WHERE %I = $1 LIMIT %s', p_table, p_name, p_n) USING p_name;
    EXECUTE 'ANALYZE ' || quote_ident(p_name) || ' ' || p_table::text || p_id;
    IF p_order NOT IN ('asc', 'desc') THEN RAISE SQLSTATE '22023'; END IF;
    EXECUTE 'SELECT 1 ORDER BY 1 ' || p_order;
    IF p_dir !~ '^[a-z]+$' THEN RAISE SQLSTATE '22023'; END IF;
    EXECUTE 'SELECT 1 ORDER BY 1 ' || p_dir;
    v_where := v_where || ' AND name = ' || quote_literal(p_name);
    v_sql := v_sql || v_where;
    EXECUTE v_sql;
    SELECT string_agg(quote_ident(x), ', ') INTO v_t FROM tb_a;
    EXECUTE 'SELECT ' || v_t;
    p_raw := quote_ident(p_raw);
    EXECUTE 'SELECT ' || p_raw;
    EXECUTE 'SELECT $1 || $2' INTO o USING p_name, p_order;
    EXECUTE format('SELECT %1$s', p_name);
END $$;
CREATE FUNCTION fn_b(p_sql text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE p_sql; END';
CREATE FUNCTION fn_c(p_a text) RETURNS text LANGUAGE sql AS $$ SELECT 'EXECUTE ' || p_a $$;
