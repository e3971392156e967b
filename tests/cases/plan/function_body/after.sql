CREATE FUNCTION fn_one() RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT 2';
CREATE PROCEDURE pr_one() LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE FUNCTION fn_table() RETURNS TABLE (a integer, b text) LANGUAGE sql AS 'SELECT 2, ''y''';
CREATE VIEW v_one AS SELECT fn_one() AS one, t.* FROM fn_table() t;
