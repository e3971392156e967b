CREATE FUNCTION fn_create_note(p_text text) RETURNS uuid
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    INSERT INTO tb_note (text) VALUES (p_text) RETURNING id;
$$;

COMMENT ON FUNCTION fn_create_note(text) IS 'Create a note and return its id. Raises ck_note_text_length.';

REVOKE EXECUTE ON FUNCTION fn_create_note(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_create_note(text) TO cqrs_command;
