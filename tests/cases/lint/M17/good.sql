-- file: migrations/versions/1_a.up.sql
CREATE TYPE mood AS ENUM ('ok');
CREATE TABLE tb_a (id int, mood mood, old text);
-- file: migrations/versions/2_b.up.sql
ALTER TYPE mood ADD VALUE 'glad';
UPDATE tb_a SET old = 'glad', mood = 'ok' WHERE old = 'glad';
INSERT INTO tb_log (note) VALUES ('glad');
SELECT 'glad'::text, 'glad'::other.mood, jsonb_build_object('glad', 1);
CREATE FUNCTION fn_a() RETURNS mood LANGUAGE plpgsql AS $$ BEGIN RETURN 'glad'::mood; END $$;
-- file: migrations/versions/3_c.up.sql
UPDATE tb_a SET mood = 'glad';
-- file: migrations/versions/4_d.up.sql
-- toolkit: no-transaction
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'sad';
-- toolkit: step repeatable
UPDATE tb_a SET mood = 'sad' WHERE id = 1;
