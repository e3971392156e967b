DROP INDEX idx_a;  -- bad
DROP INDEX IF EXISTS app.idx_b, idx_c;  -- bad -- bad
ALTER TABLE tb_log DETACH PARTITION tb_log_2025;  -- bad
REINDEX (VERBOSE) TABLE tb_post;  -- bad
REINDEX INDEX idx_a;  -- bad
