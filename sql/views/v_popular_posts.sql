-- An inner join and the bare column, so that ORDER BY view_count DESC, id with a LIMIT reads
-- idx_post_stats_view_count and no more rows than it returns. fn_create_post makes the counters of every post.
CREATE VIEW v_popular_posts AS
SELECT
    p.id,
    jsonb_build_object(
        'id', p.id,
        'title', p.title,
        'view_count', s.view_count
    ) AS data,
    s.view_count,
    p.author_id,
    p.published_at
FROM tb_post AS p
INNER JOIN tb_post_stats AS s ON s.post_id = p.id
WHERE p.status = 'published';

COMMENT ON VIEW v_popular_posts IS 'Published posts; order them by view_count DESC, id.';

GRANT SELECT ON v_popular_posts TO cqrs_read;
