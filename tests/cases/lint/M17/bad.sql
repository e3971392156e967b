-- file: migrations/versions/1_a.up.sql
CREATE TYPE app.mood AS ENUM ('ok');
CREATE TABLE tb_a (id int, mood app.mood, old text);
CREATE TYPE post_status AS ENUM ('draft');
CREATE TABLE tb_b (id int, status post_status NOT NULL DEFAULT 'draft');
-- file: migrations/versions/2_b.up.sql
ALTER TYPE app.mood ADD VALUE 'glad' BEFORE 'ok';
ALTER TYPE "post_status" ADD VALUE IF NOT EXISTS 'gone';
UPDATE tb_a SET mood = CASE WHEN id > 1 THEN 'glad' ELSE mood END;  -- bad
INSERT INTO tb_b (id, status) VALUES (1, 'draft'), (2, 'gone');  -- bad
INSERT INTO tb_b (status, id) SELECT 'gone', id FROM tb_a WHERE mood IN ('ok', 'glad');  -- bad -- bad
DELETE FROM tb_b b WHERE b.status = 'gone';  -- bad
ALTER TABLE tb_b ALTER status SET DEFAULT 'gone';  -- bad
ALTER TABLE tb_a ADD COLUMN second app.mood DEFAULT 'glad';  -- bad
ALTER TABLE tb_b ADD CONSTRAINT ck_b CHECK (status <> 'gone') NOT VALID;  -- bad
SELECT 'glad'::app.mood, CAST('gone' AS post_status);  -- bad -- bad
