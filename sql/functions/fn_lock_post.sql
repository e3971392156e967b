-- Internal: no group role may call it.
CREATE FUNCTION fn_lock_post(p_post_id uuid) RETURNS tb_post
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_post tb_post;
BEGIN
    SELECT * INTO v_post FROM tb_post WHERE id = p_post_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'post % not found', p_post_id
            USING ERRCODE = 'P0002', CONSTRAINT = 'rule_post_exists', TABLE = 'tb_post', SCHEMA = 'public';
    END IF;
    RETURN v_post;
END
$$;

COMMENT ON FUNCTION fn_lock_post(uuid) IS
    'The post as it stands, locked until the end of the transaction: what is decided by it stays true. Raises rule_post_exists.';

REVOKE EXECUTE ON FUNCTION fn_lock_post(uuid) FROM PUBLIC;
