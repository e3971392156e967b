CREATE FUNCTION fn_one() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE PROCEDURE pr_one() LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION fn_table() RETURNS TABLE (a integer, b text) LANGUAGE sql AS 'SELECT 1, ''x''';
CREATE VIEW v_one AS SELECT fn_one() AS one, t.* FROM fn_table() t;
