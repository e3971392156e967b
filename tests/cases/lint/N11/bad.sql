CREATE TABLE tb_post ("createdAt" timestamptz, "2nd" int);  -- bad -- bad
CREATE VIEW "v_Post" AS SELECT 1 AS "anyThing";  -- bad
CREATE INDEX "idx_post-a" ON tb_post (a);  -- bad
CREATE FUNCTION fn_a("p_Id" int, OUT "Total" int) LANGUAGE sql AS 'SELECT 1';  -- bad -- bad
ALTER TABLE tb_post ADD COLUMN "two words" int;  -- bad
ALTER TABLE tb_post ADD CONSTRAINT "ck_Post" CHECK (a > 0);  -- bad
ALTER TABLE tb_post RENAME a TO "B";  -- bad
CREATE SCHEMA "App";  -- bad
CREATE TYPE app."Status" AS ENUM ('a');  -- bad
CREATE TRIGGER "trg_Post" BEFORE INSERT ON tb_post EXECUTE FUNCTION fn_a();  -- bad
