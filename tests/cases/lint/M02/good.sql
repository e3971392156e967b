CREATE TABLE tb_new (id int);
CREATE INDEX idx_new ON tb_new (id);
DROP INDEX idx_new;
CREATE TABLE tb_parts (id int) PARTITION BY LIST (id);
CREATE TABLE p_one PARTITION OF tb_parts DEFAULT;
ALTER TABLE tb_parts DETACH PARTITION p_one;
-- file: migrations/versions/3_b.up.sql
-- toolkit: no-transaction
DROP INDEX CONCURRENTLY IF EXISTS idx_a;
-- toolkit: step
REINDEX INDEX CONCURRENTLY idx_b;
-- toolkit: step
ALTER TABLE tb_log DETACH PARTITION tb_log_2025 CONCURRENTLY;
