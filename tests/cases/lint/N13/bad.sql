CREATE TABLE tb_member ("user" text, "order" int);  -- bad -- bad
CREATE TABLE app.table (id int);  -- bad
ALTER TABLE tb_a RENAME COLUMN a TO "end";  -- bad
CREATE TYPE pair AS ENUM ();
CREATE FUNCTION fn_a("limit" int) RETURNS int LANGUAGE sql AS 'SELECT 1';  -- bad
