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
