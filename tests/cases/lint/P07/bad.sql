CREATE FUNCTION fn_a(p_id int) RETURNS int LANGUAGE plpgsql AS $$ DECLARE v_a int; v_r tb_a; BEGIN
    SELECT a INTO v_a FROM tb_a WHERE id = p_id;  -- bad
    SELECT lower(b), count(*) INTO v_r FROM tb_b GROUP BY b;  -- bad
    SELECT x INTO v_a FROM (SELECT 1 AS x WHERE false) s;  -- bad
    RETURN v_a;
END $$;
