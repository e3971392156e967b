CREATE FUNCTION fn_a(id uuid) RETURNS void LANGUAGE sql AS 'SELECT';  -- bad
CREATE FUNCTION fn_b("P_id" uuid) RETURNS void LANGUAGE sql AS 'SELECT';  -- bad: quoted
CREATE FUNCTION fn_c(p_a int, INOUT b int) LANGUAGE sql AS 'SELECT 1';  -- bad
CREATE FUNCTION fn_d(VARIADIC rest int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';  -- bad
CREATE PROCEDURE fn_e(_x app.t) LANGUAGE plpgsql AS 'BEGIN NULL; END';  -- bad
