CREATE FUNCTION fn_a(P_Id uuid, "p_b" int, int, IN p_c text = 'x', VARIADIC p_rest int[]) RETURNS void
LANGUAGE sql AS 'SELECT';
CREATE FUNCTION fn_b(p_a int, OUT id uuid, OUT data jsonb) LANGUAGE sql AS 'SELECT NULL, NULL';
CREATE FUNCTION fn_c(p_a int) RETURNS TABLE (id uuid, data jsonb) LANGUAGE sql AS 'SELECT NULL, NULL';
CREATE FUNCTION fn_d(p_status app.post_status, p_rows tb_post[]) RETURNS SETOF tb_post LANGUAGE sql AS 'SELECT $2';
