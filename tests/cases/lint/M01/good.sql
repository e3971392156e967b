-- file: migrations/versions/1_a.up.sql
CREATE TABLE tb_parts (id int) PARTITION BY RANGE (id);
CREATE TABLE tb_old (id int);
-- file: migrations/versions/2_b.up.sql
CREATE TABLE "tb_New" (id int);
CREATE INDEX idx_new ON public."tb_New" (id);
CREATE MATERIALIZED VIEW mv_a AS SELECT 1 AS id;
CREATE UNIQUE INDEX uq_a ON mv_a (id);
CREATE INDEX idx_parts ON tb_parts (id);
CREATE INDEX idx_only ON ONLY tb_other_parts (id);
CREATE TABLE tb_copy AS SELECT 1 AS id;
CREATE INDEX idx_copy ON tb_copy (id);
CREATE TABLE tb_temp_name (id int);
ALTER TABLE tb_temp_name RENAME TO tb_renamed;
CREATE INDEX idx_renamed ON tb_renamed (id);
-- file: migrations/versions/3_c.up.sql
-- toolkit: no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_old ON tb_old (id);
