-- Command: Create user
CREATE OR REPLACE FUNCTION fn_create_user(
    p_name TEXT,
    p_email TEXT
) RETURNS UUID AS $$
DECLARE
    user_id UUID;
BEGIN
    -- Business logic and validation
    IF EXISTS (SELECT 1 FROM tb_user WHERE email = p_email) THEN
        RAISE EXCEPTION 'Email already exists';
    END IF;

    -- Insert with business rules
    INSERT INTO tb_user (name, email, created_at)
    VALUES (p_name, p_email, NOW())
    RETURNING id INTO user_id;

    -- Audit logging
    INSERT INTO tb_audit_log (action, table_name, record_id)
    VALUES ('CREATE_USER', 'tb_user', user_id);

    RETURN user_id;
END;
$$ LANGUAGE plpgsql;

-- Query: User with post counts
CREATE VIEW v_user_with_stats AS
SELECT
    u.id,
    jsonb_build_object(
        'id', u.id,
        'name', u.name,
        'email', u.email,
        'post_count', COALESCE(p.post_count, 0),
        'created_at', u.created_at
    ) AS data
FROM tb_user u
LEFT JOIN (
    SELECT
        author_id,
        COUNT(*) as post_count
    FROM tb_post
    GROUP BY author_id
) p ON u.id = p.author_id;

-- Command with event publishing
CREATE OR REPLACE FUNCTION fn_publish_post(
    p_post_id UUID,
    p_user_id UUID
) RETURNS BOOLEAN AS $$
BEGIN
    -- Update post status
    UPDATE tb_post
    SET status = 'published', published_at = NOW()
    WHERE id = p_post_id AND author_id = p_user_id;

    -- Publish domain event
    INSERT INTO tb_domain_events (
        event_type,
        aggregate_id,
        event_data,
        created_at
    ) VALUES (
        'POST_PUBLISHED',
        p_post_id,
        jsonb_build_object(
            'post_id', p_post_id,
            'author_id', p_user_id,
            'published_at', NOW()
        ),
        NOW()
    );

    RETURN TRUE;
END;
$$ LANGUAGE plpgsql;

-- Materialized view for performance
CREATE MATERIALIZED VIEW mv_user_dashboard AS
SELECT
    u.id,
    jsonb_build_object(
        'id', u.id,
        'name', u.name,
        'stats', jsonb_build_object(
            'total_posts', COALESCE(posts.count, 0),
            'total_views', COALESCE(views.total, 0),
            'last_post_date', posts.last_date
        )
    ) AS data
FROM tb_user u
LEFT JOIN (
    SELECT
        author_id,
        COUNT(*) as count,
        MAX(created_at) as last_date
    FROM tb_post
    WHERE status = 'published'
    GROUP BY author_id
) posts ON u.id = posts.author_id
LEFT JOIN (
    SELECT
        author_id,
        SUM(view_count) as total
    FROM tb_post_stats
    GROUP BY author_id
) views ON u.id = views.author_id;

-- Refresh strategy
CREATE OR REPLACE FUNCTION refresh_user_dashboard()
RETURNS TRIGGER AS $$
BEGIN
    REFRESH MATERIALIZED VIEW CONCURRENTLY mv_user_dashboard;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

-- ✅ Good: Optimized view with indexes
CREATE VIEW v_popular_posts AS
SELECT
    p.id,
    jsonb_build_object(
        'id', p.id,
        'title', p.title,
        'view_count', COALESCE(s.view_count, 0)
    ) AS data
FROM tb_post p
LEFT JOIN tb_post_stats s ON p.id = s.post_id
WHERE p.status = 'published';

CREATE INDEX idx_popular_posts_views ON tb_post_stats(view_count DESC);
