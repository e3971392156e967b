CREATE MATERIALIZED VIEW mv_user_dashboard AS
SELECT
    u.id,
    jsonb_build_object(
        'id', u.id,
        'name', u.name,
        'stats', jsonb_build_object(
            'total_posts', COALESCE(p.total_posts, 0),
            'total_views', COALESCE(s.total_views, 0),
            'last_post_date', p.last_post_date
        )
    ) AS data,
    COALESCE(p.total_posts, 0) AS total_posts,
    COALESCE(s.total_views, 0) AS total_views,
    p.last_post_date
FROM tb_user AS u
LEFT JOIN (
    SELECT
        author_id,
        count(*) AS total_posts,
        max(created_at) AS last_post_date
    FROM tb_post
    WHERE status = 'published'
    GROUP BY author_id
) AS p ON p.author_id = u.id
LEFT JOIN (
    SELECT
        author_id,
        sum(view_count)::bigint AS total_views
    FROM tb_post_stats
    GROUP BY author_id
) AS s ON s.author_id = u.id;

-- REFRESH … CONCURRENTLY needs a unique index over plain columns and all rows.
CREATE UNIQUE INDEX uq_user_dashboard ON mv_user_dashboard (id);

COMMENT ON MATERIALIZED VIEW mv_user_dashboard IS
    'Published posts and views of each user, as of the last fn_refresh_user_dashboard().';

GRANT SELECT ON mv_user_dashboard TO cqrs_read;

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
