CREATE FUNCTION fn_a(p_id int) RETURNS int LANGUAGE plpgsql AS $$ DECLARE v_a int; v_b int; v_r tb_a; BEGIN
    SELECT a INTO STRICT v_a FROM tb_a;
    SELECT b INTO v_a FROM tb_a;
    IF NOT FOUND THEN RAISE no_data_found; END IF;
    SELECT count(*) INTO v_b FROM tb_a;
    SELECT CASE WHEN max(n) > 1 THEN 1 END, COALESCE(sum(n), 0) INTO v_a, v_b FROM tb_a;
    SELECT * INTO v_r FROM tb_a WHERE id = p_id;
    PERFORM 1;
    IF v_r.id IS NULL THEN RETURN NULL; END IF;
    SELECT id INTO v_b FROM tb_b;
    v_a := COALESCE(v_b, 0);
    SELECT * INTO v_r FROM fn_row(p_id);
    SELECT now(), 1 INTO v_a, v_b;
    INSERT INTO tb_a VALUES (1) RETURNING id INTO v_b;
    RETURN v_a;
END $$;
