-- The count is lateral: a page of users, or one found by id or e-mail, counts the posts of those users only.
CREATE VIEW v_user_with_stats AS
SELECT
    u.id,
    jsonb_build_object(
        'id', u.id,
        'name', u.name,
        'email', u.email,
        'post_count', p.post_count,
        'created_at', u.created_at
    ) AS data,
    u.name,
    u.email,
    p.post_count,
    u.created_at
FROM tb_user AS u
CROSS JOIN LATERAL (
    SELECT count(*) AS post_count
    FROM tb_post
    WHERE tb_post.author_id = u.id
) AS p;

COMMENT ON VIEW v_user_with_stats IS 'Users with the number of their posts in any status.';

GRANT SELECT ON v_user_with_stats TO cqrs_read;

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

CREATE VIEW v_post_detail AS
SELECT
    p.id,
    jsonb_build_object(
        'id', p.id,
        'title', p.title,
        'content', p.content,
        'tags', p.tags,
        'status', p.status,
        'view_count', COALESCE(s.view_count, 0),
        'created_at', p.created_at,
        'published_at', p.published_at,
        'author', jsonb_build_object(
            'id', a.id,
            'name', a.name
        )
    ) AS data,
    p.author_id,
    p.status,
    p.created_at,
    p.published_at
FROM tb_post AS p
INNER JOIN tb_user AS a ON a.id = p.author_id
LEFT JOIN tb_post_stats AS s ON s.post_id = p.id;

COMMENT ON VIEW v_post_detail IS 'Posts in any status with their text, author and counters.';

GRANT SELECT ON v_post_detail TO cqrs_read;
