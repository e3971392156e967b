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
        ),
        'approver', CASE
            WHEN b.id IS NOT NULL THEN jsonb_build_object(
                'id', b.id,
                'name', b.name
            )
        END
    ) AS data,
    p.author_id,
    p.status,
    p.created_at,
    p.published_at,
    p.approved_by
FROM tb_post AS p
INNER JOIN tb_user AS a ON a.id = p.author_id
LEFT JOIN tb_user AS b ON b.id = p.approved_by
LEFT JOIN tb_post_stats AS s ON s.post_id = p.id;

COMMENT ON VIEW v_post_detail IS 'Posts in any status with their text, author, approver and counters.';

GRANT SELECT ON v_post_detail TO cqrs_read;
