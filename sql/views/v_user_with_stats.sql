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
