CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS $fn$
BEGIN
    RAISE EXCEPTION 'gone';  -- bad
    RAISE 'no % left', 3 USING HINT = 'later';  -- bad
    IF true THEN raise exception using message = 'x', detail = 'y'; END IF;  -- bad
    FOR i IN 1..2 LOOP
        BEGIN
            PERFORM 1;
        EXCEPTION WHEN division_by_zero THEN
            RAISE EXCEPTION '%', SQLERRM;  -- bad
        END;
    END LOOP;
END $fn$;
DO 'BEGIN RAISE EXCEPTION ''it''''s gone''; END';  -- bad
CREATE PROCEDURE fn_b(p app.t) LANGUAGE plpgsql AS $$ DECLARE x app.t; BEGIN RAISE EXCEPTION 'é %', p; END $$;  -- bad
