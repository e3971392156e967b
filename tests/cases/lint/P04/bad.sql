CREATE FUNCTION fn_a(p_mail text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM tb_user u WHERE u.mail = p_mail) THEN RAISE unique_violation; END IF;  -- bad
    INSERT INTO tb_user (mail) VALUES (p_mail);
END $$;
CREATE FUNCTION fn_b(p_mail text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    PERFORM 1 FROM app."tb_User" WHERE mail = p_mail;  -- bad
    IF NOT FOUND THEN
        INSERT INTO app."tb_User" (mail) VALUES (p_mail);
    END IF;
END $$;
CREATE FUNCTION fn_c(p_id int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF p_id > 0 AND NOT EXISTS (SELECT FROM tb_a WHERE id = p_id) THEN  -- bad
        WITH new AS (INSERT INTO tb_a (id) VALUES (p_id) RETURNING id) INSERT INTO tb_log SELECT id FROM new;
    END IF;
END $$;
