-- file: sql/functions/fn_a.sql
CREATE FUNCTION fn_a() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN  -- bad
    IF TG_OP = 'INSERT' THEN REFRESH MATERIALIZED VIEW mv_a; END IF; RETURN NULL;
END $$;
CREATE FUNCTION fn_b() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM app.fn_outer(); RETURN NULL; END $$;  -- bad
-- file: sql/functions/fn_c.sql
CREATE FUNCTION app.fn_outer() RETURNS void LANGUAGE sql AS 'SELECT fn_refresh()';
CREATE PROCEDURE fn_refresh() LANGUAGE plpgsql AS 'BEGIN REFRESH MATERIALIZED VIEW mv_a; END';
