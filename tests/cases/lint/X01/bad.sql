CREATE TABEL tb_a (id int);  -- bad
SELECT 1;
SELECT FROM WHERE;  -- bad
CREATE FUNCTION fn_a() RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF true THEN RETURN 1; END $$;  -- bad
CREATE FUNCTION fn_b() RETURNS int LANGUAGE sql AS 'SELECT FROM FROM';  -- bad
SELECT 'é', x y z FROM t;  -- bad
DO $$ BEGIN RAISE 'x %'; END $$;  -- bad
SELECT `a` FROM t;  -- bad
