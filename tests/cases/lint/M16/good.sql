UPDATE tb_a SET slug = title;
ALTER TABLE tb_a ADD COLUMN n int;
UPDATE tb_a SET n = 1 WHERE id = 1;
UPDATE tb_b SET n = 1;
CREATE TABLE tb_new (id int);
ALTER TABLE tb_new ADD COLUMN n int;
UPDATE tb_new SET n = 1;
ALTER TABLE tb_c VALIDATE CONSTRAINT ck_c;
UPDATE tb_c SET n = 1;
ALTER TABLE tb_e ADD COLUMN n int;
WITH gone AS (DELETE FROM tb_f RETURNING id) INSERT INTO tb_e SELECT id FROM gone;
WITH few AS (SELECT id FROM tb_e LIMIT 10) UPDATE tb_e SET n = 1 WHERE id IN (SELECT id FROM few);
DO $$ BEGIN
    UPDATE tb_a SET n = 1 WHERE id = 1;
    UPDATE tb_b SET n = 1;
    UPDATE tb_new SET n = 1;
END $$;
-- file: migrations/versions/3_b.up.sql
-- toolkit: no-transaction
ALTER TABLE tb_d ADD COLUMN n int;
-- toolkit: step repeatable
UPDATE tb_d SET n = 1;
