CREATE TABLE tb_member (name text, value int, year int, "Order" int, type text, status text, action text);
CREATE FUNCTION fn_a(p_limit int) RETURNS TABLE (level int, location int) LANGUAGE sql AS 'SELECT 1, 2';
SELECT 1 AS "select";
