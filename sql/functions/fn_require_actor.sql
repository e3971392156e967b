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
