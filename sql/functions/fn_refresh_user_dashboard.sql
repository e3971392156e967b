CREATE FUNCTION fn_refresh_user_dashboard() RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (SELECT relispopulated FROM pg_class WHERE oid = 'mv_user_dashboard'::regclass) THEN
        REFRESH MATERIALIZED VIEW CONCURRENTLY mv_user_dashboard;
    ELSE
        -- The first fill after a restore without data: CONCURRENTLY has nothing to compare with.
        REFRESH MATERIALIZED VIEW mv_user_dashboard;
    END IF;
END
$$;

COMMENT ON FUNCTION fn_refresh_user_dashboard() IS
    'Bring mv_user_dashboard up to date while readers go on. To be called by a schedule, never by a command.';

REVOKE EXECUTE ON FUNCTION fn_refresh_user_dashboard() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_refresh_user_dashboard() TO cqrs_maintain;
