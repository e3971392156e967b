CREATE FUNCTION fn_create_post(
    p_title text,
    p_content text,
    p_tags text[] DEFAULT '{}',
    p_author_id uuid DEFAULT NULL
) RETURNS uuid
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_actor uuid := fn_require_actor(p_author_id);
    v_post tb_post;
BEGIN
    INSERT INTO tb_post (author_id, title, content, tags)
    VALUES (v_actor, p_title, p_content, p_tags)
    RETURNING * INTO v_post;
    INSERT INTO tb_post_stats (post_id, author_id) VALUES (v_post.id, v_post.author_id);

    PERFORM fn_write_audit('CREATE_POST', 'tb_post', v_post.id, v_actor, NULL, to_jsonb(v_post));
    PERFORM fn_emit_event(
        'POST_CREATED', 'post', v_post.id,
        jsonb_build_object('post_id', v_post.id, 'author_id', v_post.author_id, 'title', v_post.title)
    );
    RETURN v_post.id;
END
$$;

COMMENT ON FUNCTION fn_create_post(text, text, text[], uuid) IS
    'Create a draft of the acting user and return its id. Raises fk_post_author where there is no such user.';

REVOKE EXECUTE ON FUNCTION fn_create_post(text, text, text[], uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_create_post(text, text, text[], uuid) TO cqrs_command;
