CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN
    CREATE TEMP TABLE found AS SELECT relname FROM pg_class;
    DELETE FROM app.tb_post USING found, "app"."tb_tag", public . tb_c WHERE name = relname;
    WITH x AS (SELECT 1 AS id) INSERT INTO public.tb_a SELECT id FROM x;
END $$;
CREATE FUNCTION fn_b() RETURNS bigint LANGUAGE sql SET search_path = pg_catalog, app AS 'SELECT count(*) FROM tb_a';
CREATE FUNCTION fn_c() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM tb_a';
CREATE FUNCTION fn_d() RETURNS bigint SET search_path = '' BEGIN ATOMIC SELECT count(*) FROM tb_a; END;
CREATE FUNCTION fn_e() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN
    INSERT INTO public.tb_log SELECT id FROM new_rows; RETURN NULL;
END $$;
CREATE FUNCTION fn_f() RETURNS text LANGUAGE sql SET search_path = '' AS $$ SELECT 'SELECT 1 FROM tb_a' $$;
