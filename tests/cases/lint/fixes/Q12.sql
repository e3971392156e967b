-- ==== with its types, in front of the semicolon
CREATE FUNCTION app.fn_a(int, OUT b numeric(9,2), VARIADIC c text[]) LANGUAGE sql SECURITY DEFINER
AS 'SELECT 1' -- ;
;SELECT 1;
-- ==== fixed
CREATE FUNCTION app.fn_a(int, OUT b numeric(9,2), VARIADIC c text[]) LANGUAGE sql SECURITY DEFINER
AS 'SELECT 1' -- ;
;
REVOKE EXECUTE ON FUNCTION app.fn_a(integer, text[]) FROM PUBLIC;SELECT 1;
-- ==== names in quotes
CREATE FUNCTION "Fn"() RETURNS int SECURITY DEFINER RETURN 1;
-- ==== types in quotes
CREATE FUNCTION fn_a("char") RETURNS int SECURITY DEFINER RETURN 1;
-- ==== a name that psql fills in
CREATE FUNCTION :s.fn_a() RETURNS int SECURITY DEFINER RETURN 1;
-- ==== no semicolon
CREATE FUNCTION fn_a() RETURNS int SECURITY DEFINER RETURN 1 -- the end
