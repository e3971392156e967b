-- ==== on a line with other options
CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql SECURITY  DEFINER AS 'SELECT 1';
-- ==== fixed
CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql SET search_path = pg_catalog, public, pg_temp SECURITY  DEFINER AS 'SELECT 1';
-- ==== on a line of its own
CREATE FUNCTION public.fn_a() RETURNS text
  EXTERNAL SECURITY DEFINER
RETURN 'security definer, é';
-- ==== fixed
CREATE FUNCTION public.fn_a() RETURNS text
  SET search_path = pg_catalog, public, pg_temp
  EXTERNAL SECURITY DEFINER
RETURN 'security definer, é';
-- ==== in another schema nothing says where the names in it are
CREATE FUNCTION app.fn_a() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
