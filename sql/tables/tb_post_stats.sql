CREATE TABLE tb_post_stats (
    post_id uuid NOT NULL,
    author_id uuid NOT NULL,
    view_count bigint DEFAULT 0 NOT NULL,
    CONSTRAINT pk_post_stats PRIMARY KEY (post_id),
    -- Both columns, so that author_id cannot say anything else than the post does.
    CONSTRAINT fk_post_stats_post FOREIGN KEY (author_id, post_id) REFERENCES tb_post (author_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_post_stats_view_count CHECK (view_count >= 0)
);

CREATE INDEX idx_post_stats_author ON tb_post_stats (author_id, post_id);
CREATE INDEX idx_post_stats_view_count ON tb_post_stats (view_count DESC, post_id);

COMMENT ON TABLE tb_post_stats IS 'Counters of a post, one row per post, apart from it because they change far more often.';
COMMENT ON COLUMN tb_post_stats.author_id IS 'Author of the post, repeated for sums per author; held equal by fk_post_stats_post.';
