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
