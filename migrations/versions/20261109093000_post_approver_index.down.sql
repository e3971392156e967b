-- toolkit: no-transaction

-- toolkit: step
-- A validated constraint goes back to NOT VALID only by being made anew.
ALTER TABLE tb_post
    DROP CONSTRAINT IF EXISTS ck_post_approved_by,
    ADD CONSTRAINT ck_post_approved_by CHECK (status <> 'draft' OR approved_by IS NULL) NOT VALID;

-- toolkit: step
ALTER TABLE tb_post
    DROP CONSTRAINT IF EXISTS fk_post_approved_by,
    ADD CONSTRAINT fk_post_approved_by FOREIGN KEY (approved_by) REFERENCES tb_user (id) NOT VALID;

-- toolkit: step
DROP INDEX CONCURRENTLY IF EXISTS idx_post_approved_by;
