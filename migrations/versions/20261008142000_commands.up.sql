-- Internal: no group role may call it.
CREATE FUNCTION fn_actor() RETURNS uuid
LANGUAGE sql
STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    -- A setting that was given for an earlier transaction reads as '', not as NULL.
    SELECT NULLIF(current_setting('app.user_id', true), '')::uuid;
$$;

COMMENT ON FUNCTION fn_actor() IS 'The user whom the service stated in app.user_id; null where it stated none.';

REVOKE EXECUTE ON FUNCTION fn_actor() FROM PUBLIC;

-- Internal: no group role may call it.
CREATE FUNCTION fn_require_actor(p_claimed uuid) RETURNS uuid
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_actor uuid := COALESCE(fn_actor(), p_claimed);
BEGIN
    IF v_actor IS NULL THEN
        RAISE EXCEPTION 'authentication required: no acting user is known'
            USING ERRCODE = '28000', CONSTRAINT = 'rule_actor_present';
    END IF;
    IF v_actor <> p_claimed THEN
        RAISE EXCEPTION 'permission denied: the acting user is not the user given'
            USING ERRCODE = '42501', CONSTRAINT = 'rule_actor_claim';
    END IF;
    RETURN v_actor;
END
$$;

COMMENT ON FUNCTION fn_require_actor(uuid) IS
    'The acting user: app.user_id, which p_claimed may not contradict, else p_claimed. Raises rule_actor_present, rule_actor_claim.';

REVOKE EXECUTE ON FUNCTION fn_require_actor(uuid) FROM PUBLIC;

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

-- Internal: no group role may call it.
CREATE FUNCTION fn_write_audit(
    p_action text,
    p_table_name text,
    p_record_id uuid,
    p_actor uuid,
    p_old_row jsonb,
    p_new_row jsonb
) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, public, pg_temp
AS $$
    INSERT INTO tb_audit_log (action, table_name, record_id, actor, old_row, new_row)
    VALUES (p_action, p_table_name, p_record_id, p_actor, p_old_row, p_new_row);
$$;

COMMENT ON FUNCTION fn_write_audit(text, text, uuid, uuid, jsonb, jsonb) IS 'Write one row of the audit log.';

REVOKE EXECUTE ON FUNCTION fn_write_audit(text, text, uuid, uuid, jsonb, jsonb) FROM PUBLIC;

-- Internal: no group role may call it.
CREATE FUNCTION fn_emit_event(
    p_event_type text,
    p_aggregate_type text,
    p_aggregate_id uuid,
    p_event_data jsonb
) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, public, pg_temp
AS $$
    -- The caller has the aggregate's row locked, or has just made it: nobody else counts at the same time.
    INSERT INTO tb_domain_events (event_type, aggregate_type, aggregate_id, aggregate_version, event_data)
    SELECT p_event_type, p_aggregate_type, p_aggregate_id, COALESCE(max(aggregate_version), 0) + 1, p_event_data
    FROM tb_domain_events
    WHERE aggregate_type = p_aggregate_type AND aggregate_id = p_aggregate_id;
$$;

COMMENT ON FUNCTION fn_emit_event(text, text, uuid, jsonb) IS
    'Write one domain event with the next version of its aggregate, whose row the caller has locked.';

REVOKE EXECUTE ON FUNCTION fn_emit_event(text, text, uuid, jsonb) FROM PUBLIC;

CREATE FUNCTION fn_create_user(p_name text, p_email text) RETURNS uuid
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_user tb_user;
BEGIN
    -- The unique index decides, not a question asked before: of two callers at once one gets no row back.
    INSERT INTO tb_user (name, email)
    VALUES (p_name, p_email)
    ON CONFLICT (lower(email)) DO NOTHING
    RETURNING * INTO v_user;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a user with the e-mail % already exists', p_email
            USING ERRCODE = '23505', CONSTRAINT = 'uq_user_email', TABLE = 'tb_user', SCHEMA = 'public';
    END IF;

    PERFORM fn_write_audit('CREATE_USER', 'tb_user', v_user.id, fn_actor(), NULL, to_jsonb(v_user));
    PERFORM fn_emit_event(
        'USER_CREATED', 'user', v_user.id,
        jsonb_build_object('user_id', v_user.id, 'name', v_user.name, 'email', v_user.email)
    );
    RETURN v_user.id;
END
$$;

COMMENT ON FUNCTION fn_create_user(text, text) IS
    'Create a user and return its id. Needs no acting user: people sign themselves up. Raises uq_user_email.';

REVOKE EXECUTE ON FUNCTION fn_create_user(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_create_user(text, text) TO cqrs_command;

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

CREATE FUNCTION fn_approve_post(p_post_id uuid, p_user_id uuid DEFAULT NULL) RETURNS boolean
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
    IF v_old.author_id = v_actor THEN
        RAISE EXCEPTION 'permission denied: nobody approves a post of their own'
            USING ERRCODE = '42501', CONSTRAINT = 'rule_post_approver', TABLE = 'tb_post', SCHEMA = 'public';
    END IF;
    IF v_old.status <> 'draft' THEN
        RETURN false;
    END IF;

    UPDATE tb_post SET status = 'approved' WHERE id = p_post_id RETURNING * INTO v_new;

    PERFORM fn_write_audit('APPROVE_POST', 'tb_post', p_post_id, v_actor, to_jsonb(v_old), to_jsonb(v_new));
    PERFORM fn_emit_event(
        'POST_APPROVED', 'post', p_post_id,
        jsonb_build_object('post_id', p_post_id, 'author_id', v_new.author_id, 'approved_by', v_actor)
    );
    RETURN true;
END
$$;

COMMENT ON FUNCTION fn_approve_post(uuid, uuid) IS
    'Approve a draft of somebody else; false, and nothing done, where it is approved or published already. Raises rule_post_exists, rule_post_approver.';

REVOKE EXECUTE ON FUNCTION fn_approve_post(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_approve_post(uuid, uuid) TO cqrs_command;

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
