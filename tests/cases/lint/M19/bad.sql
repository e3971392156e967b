ALTER TABLE tb_a ADD COLUMN extra json, ADD "More" pg_catalog.json DEFAULT '{}';  -- bad -- bad
ALTER TABLE ONLY app."Tb" ADD COLUMN IF NOT EXISTS j json NOT NULL DEFAULT '{}' CHECK (j IS NOT NULL);  -- bad
-- file: migrations/versions/3_b.up.sql
CREATE TABLE tb_new (id int);
-- file: migrations/versions/4_c.up.sql
ALTER TABLE tb_new ADD extra JSON;  -- bad
