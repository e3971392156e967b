-- file: migrations/versions/1_a.up.sql
CREATE TABLE tb_a (id int, b int, c int NOT NULL, d int);
CREATE UNIQUE INDEX pk_a ON tb_a (b, c);
ALTER TABLE tb_a ADD CONSTRAINT ck_d CHECK (d IS NOT NULL) NOT VALID;
-- file: migrations/versions/2_b.up.sql
ALTER TABLE tb_a ALTER COLUMN id SET NOT NULL, ALTER "Other" SET NOT NULL;  -- bad -- bad
ALTER TABLE tb_a ALTER d SET NOT NULL;  -- bad: the check is not valid
ALTER TABLE tb_a ADD CONSTRAINT pk_a PRIMARY KEY USING INDEX pk_a;  -- bad
