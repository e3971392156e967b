CREATE INDEX idx_a ON tb_post (author_id);  -- bad
CREATE UNIQUE INDEX uq_b ON app."tb_Post" USING btree (lower(title)) WHERE id > 0;  -- bad
CREATE INDEX IF NOT EXISTS idx_c ON tb_new_one (id);  -- bad
CREATE TABLE IF NOT EXISTS app.tb_new_one (id int);
DROP TABLE tb_gone;
CREATE INDEX idx_d ON mv_a (id);  -- bad
