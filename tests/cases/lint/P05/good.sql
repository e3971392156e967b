CREATE FUNCTION fn_a(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE v_n int; v_m int; v_r tb_a; BEGIN
    SELECT n INTO STRICT v_n FROM tb_a WHERE id = p_id FOR NO KEY UPDATE;
    UPDATE tb_a SET n = v_n + 1 WHERE id = p_id;
    SELECT n INTO v_n FROM tb_b WHERE id = p_id;
    UPDATE tb_b SET n = n + 1 WHERE id = p_id;
    SELECT version INTO v_n FROM tb_c WHERE id = p_id;
    UPDATE tb_c SET version = v_n + 1 WHERE id = p_id AND version = v_n;
    SELECT id INTO v_n FROM tb_d WHERE slug = 'x';
    UPDATE tb_d SET parent_id = v_n WHERE id = p_id;
    SELECT n INTO v_n FROM tb_e;
    v_n := nextval('seq');
    UPDATE tb_e SET n = v_n;
    SELECT f.m, g.n INTO v_m, v_n FROM tb_f f, tb_g g;
    UPDATE tb_f SET n = v_n;
    SELECT n INTO v_n FROM tb_h;
    UPDATE other.tb_h SET n = v_n;
    UPDATE tb_i SET n = n + 1 RETURNING n INTO v_n;
    UPDATE tb_i SET n = v_n;
END $$;
CREATE FUNCTION fn_b() RETURNS void LANGUAGE plpgsql AS $$ DECLARE v_n int; BEGIN
    LOCK tb_a;
    SELECT n INTO v_n FROM tb_a;
    UPDATE tb_a SET n = v_n + 1;
END $$;
