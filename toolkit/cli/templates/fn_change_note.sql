CREATE FUNCTION fn_change_note(p_note_id uuid, p_text text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE tb_note SET text = p_text WHERE id = p_note_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'note % not found', p_note_id
            USING ERRCODE = 'P0002', CONSTRAINT = 'rule_note_exists', TABLE = 'tb_note', SCHEMA = 'public';
    END IF;
    RETURN true;
END
$$;

COMMENT ON FUNCTION fn_change_note(uuid, text) IS
    'Change the text of a note. Raises rule_note_exists, ck_note_text_length.';

REVOKE EXECUTE ON FUNCTION fn_change_note(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_change_note(uuid, text) TO cqrs_command;
