CREATE TABLE tv_post_feed (
    id uuid NOT NULL,
    data jsonb NOT NULL,
    author_id uuid NOT NULL,
    published_at timestamptz NOT NULL,
    CONSTRAINT pk_post_feed PRIMARY KEY (id)
);

CREATE INDEX idx_post_feed_published_at ON tv_post_feed (published_at DESC, id);
CREATE INDEX idx_post_feed_author ON tv_post_feed (author_id, published_at DESC, id);

COMMENT ON TABLE tv_post_feed IS
    'Published posts as v_post_detail shows them, as of the last fn_refresh_post_feed(); order them by published_at DESC, id.';

GRANT SELECT ON tv_post_feed TO cqrs_read;
