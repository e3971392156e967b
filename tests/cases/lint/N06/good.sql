CREATE FUNCTION fn_a(p_a int, OUT total int) LANGUAGE plpgsql AS $$
DECLARE V_Total int; v_row tb_a%ROWTYPE; v_cursor CURSOR (n int) FOR SELECT n; v_one ALIAS FOR $1;
BEGIN
    FOR i IN 1..3 LOOP v_total := i; END LOOP;
    FOR v_row IN SELECT * FROM tb_a LOOP NULL; END LOOP;
    total := v_total;
EXCEPTION WHEN others THEN RAISE;
END $$;
