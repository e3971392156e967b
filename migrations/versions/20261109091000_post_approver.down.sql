CREATE OR REPLACE FUNCTION fn_approve_post(p_post_id uuid, p_user_id uuid DEFAULT NULL) RETURNS boolean
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

ALTER TABLE tb_post
    DROP CONSTRAINT ck_post_approved_by,
    DROP CONSTRAINT fk_post_approved_by,
    DROP COLUMN approved_by;
