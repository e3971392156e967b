CREATE TYPE app.kind AS ENUM ('a');
ALTER TABLE tb_a ADD COLUMN slug text NOT NULL;  -- bad
ALTER TABLE ONLY app.tb_a ADD IF NOT EXISTS "Two" varchar(3)[] CONSTRAINT c NOT NULL CHECK ("Two" <> '');  -- bad
ALTER TABLE tb_a ADD COLUMN pk int PRIMARY KEY;  -- bad
ALTER TABLE tb_a ADD COLUMN kind app.kind NOT NULL;  -- bad
