-- file: sql/functions/fn_a.sql
CREATE FUNCTION fn_a() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN  -- bad
    IF TG_OP = 'INSERT' THEN REFRESH MATERIALIZED VIEW mv_a; END IF; RETURN NULL;
END $$;
CREATE FUNCTION fn_b() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM app.fn_outer(); RETURN NULL; END $$;  -- bad
-- file: sql/functions/fn_c.sql
CREATE FUNCTION app.fn_outer() RETURNS void LANGUAGE sql AS 'SELECT fn_refresh()';
CREATE PROCEDURE fn_refresh() LANGUAGE plpgsql AS 'BEGIN REFRESH MATERIALIZED VIEW mv_a; END';
-- file: sql/functions/fn_d.sql
CREATE OR REPLACE FUNCTION app.fn_d() RETURNS pg_catalog.trigger LANGUAGE plpgsql AS $$ BEGIN  -- bad
    BEGIN
        CASE WHEN TRUE THEN REFRESH MATERIALIZED VIEW CONCURRENTLY app."MV" WITH NO DATA; ELSE NULL; END CASE;
    EXCEPTION WHEN others THEN
        RAISE;
    END;
    RETURN NEW;
END $$;
