CREATE FUNCTION fn_refresh_post_feed() RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- One refresh at a time, readers go on. The next statement sees what the refresh before this one has done;
    -- without the lock an older reading of v_post_detail could overwrite a newer one.
    LOCK TABLE tv_post_feed IN SHARE ROW EXCLUSIVE MODE;

    WITH wanted AS MATERIALIZED (
        SELECT id, data, author_id, published_at
        FROM v_post_detail
        WHERE status = 'published'
    ),
    vanished AS (
        DELETE FROM tv_post_feed AS feed
        WHERE NOT EXISTS (SELECT FROM wanted WHERE wanted.id = feed.id)
    )
    INSERT INTO tv_post_feed AS feed (id, data, author_id, published_at)
    SELECT id, data, author_id, published_at
    FROM wanted
    ON CONFLICT (id) DO UPDATE
    SET data = excluded.data, author_id = excluded.author_id, published_at = excluded.published_at
    WHERE (feed.data, feed.author_id, feed.published_at)
        IS DISTINCT FROM (excluded.data, excluded.author_id, excluded.published_at);
END
$$;

COMMENT ON FUNCTION fn_refresh_post_feed() IS
    'Bring tv_post_feed up to date; rows that did not change are not written. To be called by a schedule, never by a command.';

REVOKE EXECUTE ON FUNCTION fn_refresh_post_feed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_refresh_post_feed() TO cqrs_maintain;
