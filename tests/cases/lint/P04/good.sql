CREATE FUNCTION fn_a(p_mail text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM tb_domain WHERE name = p_mail) THEN RAISE no_data_found; END IF;
    INSERT INTO tb_user (mail) VALUES (p_mail) ON CONFLICT (mail) DO UPDATE SET n = 1;
END $$;
CREATE FUNCTION fn_b(p_mail text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(hashtext(p_mail));
    IF EXISTS (SELECT 1 FROM tb_user WHERE mail = p_mail) THEN RETURN; END IF;
    INSERT INTO tb_user (mail) VALUES (p_mail);
END $$;
CREATE FUNCTION fn_c(p_mail text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM tb_user WHERE mail = p_mail) THEN RETURN; END IF;
    BEGIN
        INSERT INTO tb_user (mail) VALUES (p_mail);
    EXCEPTION WHEN unique_violation THEN NULL;
    END;
END $$;
CREATE FUNCTION fn_d(p_id int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM tb_user WHERE id = p_id FOR UPDATE) THEN RAISE no_data_found; END IF;
    INSERT INTO tb_user (id) VALUES (p_id);
    IF EXISTS (SELECT 1 FROM tb_log) THEN UPDATE tb_log SET n = 1; END IF;
    INSERT INTO other.tb_log VALUES (1);
END $$;
CREATE FUNCTION fn_e() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO tb_a VALUES (1);
    IF EXISTS (SELECT 1 FROM tb_a) THEN RETURN; END IF;
END $$;
