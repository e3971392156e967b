ALTER TABLE tb_a ADD CONSTRAINT ck_a CHECK (title <> '') NOT VALID;
ALTER TABLE tb_a VALIDATE CONSTRAINT ck_older;
ALTER TABLE tb_b VALIDATE CONSTRAINT ck_a;
CREATE TABLE tb_new (id int);
ALTER TABLE tb_new ADD CONSTRAINT ck_new CHECK (id > 0) NOT VALID;
ALTER TABLE tb_new VALIDATE CONSTRAINT ck_new;
ALTER TABLE tb_c VALIDATE CONSTRAINT ck_c;
ALTER TABLE tb_c DROP CONSTRAINT ck_c;
ALTER TABLE tb_c ADD CONSTRAINT ck_c CHECK (n > 0) NOT VALID;
-- file: migrations/versions/3_b.up.sql
ALTER TABLE tb_a VALIDATE CONSTRAINT ck_a;
-- file: migrations/versions/4_c.up.sql
-- toolkit: no-transaction
ALTER TABLE tb_a ADD CONSTRAINT ck_d CHECK (n > 0) NOT VALID;
-- toolkit: step
ALTER TABLE tb_a VALIDATE CONSTRAINT ck_d;
