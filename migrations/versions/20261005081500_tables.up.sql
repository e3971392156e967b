CREATE TABLE tb_user (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_user PRIMARY KEY (id),
    CONSTRAINT ck_user_name_present CHECK (btrim(name) <> ''),
    CONSTRAINT ck_user_email_format CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    CONSTRAINT ck_user_email_length CHECK (char_length(email) <= 254)
);

CREATE UNIQUE INDEX uq_user_email ON tb_user (lower(email));

COMMENT ON TABLE tb_user IS 'People who write and approve posts.';
COMMENT ON COLUMN tb_user.email IS 'Address as the user wrote it; unique without regard to case.';

CREATE TABLE tb_post (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    author_id uuid NOT NULL,
    title text NOT NULL,
    content text NOT NULL,
    tags text[] DEFAULT '{}' NOT NULL,
    status text DEFAULT 'draft' NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    published_at timestamptz,
    CONSTRAINT pk_post PRIMARY KEY (id),
    -- Serves the foreign key of tb_post_stats, and as the index of fk_post_author.
    CONSTRAINT uq_post_author UNIQUE (author_id, id),
    CONSTRAINT fk_post_author FOREIGN KEY (author_id) REFERENCES tb_user (id),
    CONSTRAINT ck_post_title_length CHECK (char_length(title) >= 3),
    CONSTRAINT ck_post_content_length CHECK (char_length(content) >= 50),
    CONSTRAINT ck_post_tags_limit CHECK (cardinality(tags) <= 10),
    CONSTRAINT ck_post_tags_present CHECK (('' <> ALL (tags)) IS TRUE),
    CONSTRAINT ck_post_status CHECK (status IN ('draft', 'approved', 'published')),
    CONSTRAINT ck_post_published_at CHECK ((status = 'published') = (published_at IS NOT NULL))
);

COMMENT ON TABLE tb_post IS 'Posts of the blog, from the first draft on.';
COMMENT ON COLUMN tb_post.status IS 'draft, then approved (may be left out), then published.';
COMMENT ON COLUMN tb_post.published_at IS 'When the post became published; null until then.';

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

CREATE TABLE tb_audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    action text NOT NULL,
    table_name text NOT NULL,
    record_id uuid NOT NULL,
    actor uuid,
    session_role text DEFAULT SESSION_USER NOT NULL,
    old_row jsonb,
    new_row jsonb,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (id)
);

CREATE INDEX idx_audit_log_record ON tb_audit_log (record_id, id);

COMMENT ON TABLE tb_audit_log IS 'Who changed which row by which command; written in the transaction of the change.';
COMMENT ON COLUMN tb_audit_log.action IS 'The command, as CREATE_USER or PUBLISH_POST.';
COMMENT ON COLUMN tb_audit_log.actor IS
    'Acting user as the service stated it; null where nobody was signed in. Not a foreign key: the log outlives the user.';
COMMENT ON COLUMN tb_audit_log.session_role IS 'Role that the session logged in with.';
COMMENT ON COLUMN tb_audit_log.old_row IS 'The row before the change; null for a new row.';
COMMENT ON COLUMN tb_audit_log.new_row IS 'The row after the change; null for a deleted row.';

CREATE TABLE tb_domain_events (
    seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    tx xid8 DEFAULT pg_current_xact_id() NOT NULL,
    event_id uuid DEFAULT gen_random_uuid() NOT NULL,
    event_type text NOT NULL,
    schema_version integer DEFAULT 1 NOT NULL,
    aggregate_type text NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_version bigint NOT NULL,
    event_data jsonb NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_domain_events PRIMARY KEY (seq),
    CONSTRAINT uq_domain_events_event_id UNIQUE (event_id),
    CONSTRAINT uq_domain_events_aggregate UNIQUE (aggregate_type, aggregate_id, aggregate_version)
);

CREATE INDEX idx_domain_events_tx ON tb_domain_events (tx, seq);

COMMENT ON TABLE tb_domain_events IS 'Outbox: what happened, in the transaction in which it happened.';
COMMENT ON COLUMN tb_domain_events.seq IS
    'Order of writing, not of commit. A consumer reads by (tx, seq) and stops before pg_snapshot_xmin(pg_current_snapshot()), or it loses events.';
COMMENT ON COLUMN tb_domain_events.event_id IS 'Identity for consumers that must handle an event once.';
COMMENT ON COLUMN tb_domain_events.schema_version IS 'Version of the form of event_data for this event_type.';
COMMENT ON COLUMN tb_domain_events.aggregate_version IS 'Counts the events of one aggregate from 1 without a gap.';
