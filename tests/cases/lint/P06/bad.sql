CREATE FUNCTION fn_a() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
    BEGIN
        DELETE FROM tb_a;
    EXCEPTION
        WHEN foreign_key_violation OR OTHERS THEN NULL;  -- bad
    END;
    RETURN true;
EXCEPTION WHEN OTHERS THEN  -- bad
    RAISE WARNING 'failed: %', SQLERRM;
    RETURN false;
END $$;
DO $$ BEGIN PERFORM 1; EXCEPTION WHEN others THEN INSERT INTO tb_log VALUES (SQLERRM); END $$;  -- bad
