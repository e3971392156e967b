ALTER TABLE tb_a ADD COLUMN slug text NOT NULL;  -- bad
ALTER TABLE ONLY app.tb_a ADD IF NOT EXISTS "Two" app.slug CONSTRAINT c NOT NULL CHECK ("Two" <> '');  -- bad
ALTER TABLE tb_a ADD COLUMN pk int PRIMARY KEY;  -- bad
