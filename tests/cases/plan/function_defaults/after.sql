CREATE FUNCTION fn_a(p_a integer, p_b integer) RETURNS integer LANGUAGE sql AS 'SELECT p_a';
CREATE VIEW v_a AS SELECT fn_a(1, 1) AS a;
CREATE FUNCTION fn_b(p_a integer DEFAULT 2) RETURNS integer LANGUAGE sql AS 'SELECT p_a';
CREATE VIEW v_b AS SELECT fn_b(1) AS b;
