CREATE FUNCTION fn_a() RETURNS void LANGUAGE sql STABLE AS 'DELETE FROM tb_a';  -- bad
CREATE FUNCTION fn_b() RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    WITH gone AS (DELETE FROM tb_a RETURNING a) SELECT count(*) FROM gone;  -- bad
    FOR i IN 1..2 LOOP
        BEGIN
            REFRESH MATERIALIZED VIEW mv_a;  -- bad
        EXCEPTION WHEN others THEN
            INSERT INTO "tb_Log" DEFAULT VALUES;  -- bad
        END;
    END LOOP;
    TRUNCATE tb_a;  -- bad
    RETURN 1;
END $$;
CREATE FUNCTION fn_c(p_id int) RETURNS void LANGUAGE sql STABLE BEGIN ATOMIC
    UPDATE app.tb_a SET n = 1 WHERE id = p_id;  -- bad
    MERGE INTO tb_a USING tb_b ON tb_a.id = tb_b.id WHEN MATCHED THEN DELETE;  -- bad
END;
