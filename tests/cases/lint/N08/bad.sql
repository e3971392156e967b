CREATE INDEX post_author ON tb_post (author_id);  -- bad
CREATE INDEX uq_post_author ON tb_post (author_id);  -- bad: not unique
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "IDX_a" ON app.tb_post (lower(title));  -- bad
