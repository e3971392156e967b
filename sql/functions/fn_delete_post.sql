CREATE FUNCTION fn_delete_post(p_post_id uuid, p_user_id uuid DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_actor uuid := fn_require_actor(p_user_id);
    v_old tb_post := fn_lock_post(p_post_id);
BEGIN
    IF v_old.author_id <> v_actor THEN
        RAISE EXCEPTION 'permission denied: only its author deletes a post'
            USING ERRCODE = '42501', CONSTRAINT = 'rule_post_owner', TABLE = 'tb_post', SCHEMA = 'public';
    END IF;

    DELETE FROM tb_post WHERE id = p_post_id;

    PERFORM fn_write_audit('DELETE_POST', 'tb_post', p_post_id, v_actor, to_jsonb(v_old), NULL);
    PERFORM fn_emit_event(
        'POST_DELETED', 'post', p_post_id,
        jsonb_build_object('post_id', p_post_id, 'author_id', v_old.author_id)
    );
    RETURN true;
END
$$;

COMMENT ON FUNCTION fn_delete_post(uuid, uuid) IS
    'Delete a post of the acting user with its counters; the audit log keeps the row. Always true. Raises rule_post_exists, rule_post_owner.';

REVOKE EXECUTE ON FUNCTION fn_delete_post(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_delete_post(uuid, uuid) TO cqrs_command;
