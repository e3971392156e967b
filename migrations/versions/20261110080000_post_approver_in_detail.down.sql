-- CREATE OR REPLACE cannot take a column away.
DROP VIEW v_post_detail;

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
