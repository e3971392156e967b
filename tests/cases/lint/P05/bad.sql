CREATE FUNCTION fn_a(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE v_n int; v_m int; v_r tb_a; BEGIN
    SELECT n INTO v_n FROM tb_a WHERE id = p_id;  -- bad
    UPDATE tb_a SET n = v_n + 1 WHERE id = p_id;
    SELECT a.n, b.n INTO v_n, v_m FROM tb_b b JOIN app.tb_c a USING (id);  -- bad
    v_n := v_n * 2;
    UPDATE app.tb_c SET n = v_n, m = v_m;
    SELECT * INTO STRICT v_r FROM tb_d WHERE id = p_id;  -- bad
    IF v_r.n > 0 THEN UPDATE tb_d AS d SET "n" = greatest(v_r.n - 1, 0) WHERE d.id = p_id; END IF;
    SELECT e.n AS m INTO v_r FROM tb_e e;  -- bad
    UPDATE tb_e SET (a, n) = (1, v_r.m);
END $$;
