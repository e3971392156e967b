CREATE TABLE tb_post (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    author_id uuid NOT NULL,
    title text NOT NULL,
    content text NOT NULL,
    tags text[] DEFAULT '{}' NOT NULL,
    status text DEFAULT 'draft' NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    published_at timestamptz,
    approved_by uuid,
    CONSTRAINT pk_post PRIMARY KEY (id),
    -- Serves the foreign key of tb_post_stats, and as the index of fk_post_author.
    CONSTRAINT uq_post_author UNIQUE (author_id, id),
    CONSTRAINT fk_post_author FOREIGN KEY (author_id) REFERENCES tb_user (id),
    CONSTRAINT fk_post_approved_by FOREIGN KEY (approved_by) REFERENCES tb_user (id),
    CONSTRAINT ck_post_title_length CHECK (char_length(title) >= 3),
    CONSTRAINT ck_post_content_length CHECK (char_length(content) >= 50),
    CONSTRAINT ck_post_tags_limit CHECK (cardinality(tags) <= 10),
    CONSTRAINT ck_post_tags_present CHECK (('' <> ALL (tags)) IS TRUE),
    CONSTRAINT ck_post_status CHECK (status IN ('draft', 'approved', 'published')),
    CONSTRAINT ck_post_published_at CHECK ((status = 'published') = (published_at IS NOT NULL)),
    CONSTRAINT ck_post_approved_by CHECK (status <> 'draft' OR approved_by IS NULL)
);

CREATE INDEX idx_post_approved_by ON tb_post (approved_by);

COMMENT ON TABLE tb_post IS 'Posts of the blog, from the first draft on.';
COMMENT ON COLUMN tb_post.status IS 'draft, then approved (may be left out), then published.';
COMMENT ON COLUMN tb_post.published_at IS 'When the post became published; null until then.';
COMMENT ON COLUMN tb_post.approved_by IS
    'Who approved the post; null where nobody did, or where it happened before this was recorded.';
