CREATE FUNCTION fn_publish_post(p_post_id uuid, p_user_id uuid DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_actor uuid := fn_require_actor(p_user_id);
    v_old tb_post := fn_lock_post(p_post_id);
    v_new tb_post;
BEGIN
    IF v_old.author_id <> v_actor THEN
        RAISE EXCEPTION 'permission denied: only its author publishes a post'
            USING ERRCODE = '42501', CONSTRAINT = 'rule_post_owner', TABLE = 'tb_post', SCHEMA = 'public';
    END IF;
    IF v_old.status = 'published' THEN
        RETURN false;
    END IF;

    UPDATE tb_post SET status = 'published', published_at = now() WHERE id = p_post_id RETURNING * INTO v_new;

    PERFORM fn_write_audit('PUBLISH_POST', 'tb_post', p_post_id, v_actor, to_jsonb(v_old), to_jsonb(v_new));
    PERFORM fn_emit_event(
        'POST_PUBLISHED', 'post', p_post_id,
        jsonb_build_object('post_id', p_post_id, 'author_id', v_new.author_id, 'published_at', v_new.published_at)
    );
    RETURN true;
END
$$;

COMMENT ON FUNCTION fn_publish_post(uuid, uuid) IS
    'Publish a draft or an approved post of the acting user; false, and nothing done, where it is published already. Raises rule_post_exists, rule_post_owner.';

REVOKE EXECUTE ON FUNCTION fn_publish_post(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_publish_post(uuid, uuid) TO cqrs_command;
