CREATE FUNCTION fn_a() RETURNS bigint LANGUAGE sql SET search_path = '' AS 'SELECT count(*) FROM tb_a';  -- bad
CREATE FUNCTION fn_b() RETURNS void LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp AS $$ BEGIN
    UPDATE "tb_B" SET n = (SELECT 1 FROM public.tb_a JOIN tb_c ON true);  -- bad -- bad
    FOR i IN 1..2 LOOP INSERT INTO tb_d (id) VALUES (1); END LOOP;  -- bad
    REFRESH MATERIALIZED VIEW mv_a;  -- bad
END $$;
