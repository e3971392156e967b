-- toolkit: no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_a ON tb_post (author_id);
-- toolkit: step
DROP INDEX CONCURRENTLY IF EXISTS idx_b;
-- file: migrations/versions/3_b.up.sql
REFRESH MATERIALIZED VIEW CONCURRENTLY mv_a;
SELECT 'CREATE INDEX CONCURRENTLY';
