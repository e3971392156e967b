CREATE TYPE co AS (a integer, b text);
CREATE TABLE t (x co, y co[]);
CREATE VIEW v AS SELECT (x).a, x FROM t;
CREATE FUNCTION f(co) RETURNS co LANGUAGE sql AS 'SELECT $1';
