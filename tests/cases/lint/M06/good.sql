-- file: migrations/versions/1_a.up.sql
CREATE TABLE tb_a (id int, b int NOT NULL, c int GENERATED ALWAYS AS IDENTITY);
ALTER TABLE tb_a ADD CONSTRAINT ck_a CHECK (id IS NOT NULL) NOT VALID;
CREATE UNIQUE INDEX pk_a ON tb_a (b, c);
CREATE UNIQUE INDEX uq_a ON tb_a (id);
-- file: migrations/versions/2_b.up.sql
ALTER TABLE tb_a VALIDATE CONSTRAINT ck_a;
ALTER TABLE tb_a ADD CONSTRAINT pk_a PRIMARY KEY USING INDEX pk_a;
ALTER TABLE tb_a ADD CONSTRAINT uq_a UNIQUE USING INDEX uq_a;
CREATE TABLE tb_new (id int);
ALTER TABLE tb_new ALTER COLUMN id SET NOT NULL;
-- file: migrations/versions/3_c.up.sql
ALTER TABLE tb_a ALTER COLUMN id SET NOT NULL;
ALTER TABLE tb_unknown ADD PRIMARY KEY USING INDEX pk_unknown;
