-- toolkit: no-transaction

-- toolkit: step
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_post_approved_by ON tb_post (approved_by);

-- toolkit: step
ALTER TABLE tb_post VALIDATE CONSTRAINT fk_post_approved_by;

-- toolkit: step
ALTER TABLE tb_post VALIDATE CONSTRAINT ck_post_approved_by;
