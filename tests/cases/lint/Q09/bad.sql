CREATE FUNCTION fn_get_post(p_id uuid) RETURNS text LANGUAGE sql STABLE
AS 'SELECT title FROM tb_post WHERE id = p_id';  -- bad
CREATE FUNCTION fn_list() RETURNS SETOF app.tb_post LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT p.* FROM app."tb_post" p;  -- bad
    RETURN QUERY WITH x AS (SELECT id FROM tb_user) SELECT * FROM v_post JOIN x USING (id);  -- bad
END $$;
CREATE FUNCTION fn_n() RETURNS bigint IMMUTABLE BEGIN ATOMIC SELECT count(*) FROM tb_post; END;  -- bad
