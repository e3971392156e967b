CREATE TABLE customer (id int);  -- bad
CREATE TABLE "Tb_Customer" (id int);  -- bad: quoted, so it is not folded
CREATE UNLOGGED TABLE app.log (id int);  -- bad
CREATE TABLE public.copy AS SELECT 1 AS id;  -- bad
CREATE TABLE sales (id int) PARTITION BY RANGE (id);  -- bad
CREATE TABLE child () INHERITS (tb_parent);  -- bad
ALTER TABLE tb_a RENAME TO b;  -- bad
ALTER TABLE IF EXISTS ONLY app.tb_a RENAME TO "B";  -- bad
SELECT 1 AS id INTO TABLE plain;
DO $$ BEGIN CREATE TABLE IF NOT EXISTS plain (id int); END $$;
