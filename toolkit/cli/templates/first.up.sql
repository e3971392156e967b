-- The first objects of the database.

CREATE TABLE tb_note (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    text text NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_note PRIMARY KEY (id),
    CONSTRAINT ck_note_text_length CHECK (char_length(text) <= 1000)
);

COMMENT ON TABLE tb_note IS 'Notes; written by commands only.';

CREATE VIEW v_note AS
SELECT
    n.id,
    jsonb_build_object(
        'id', n.id,
        'text', n.text,
        'created_at', n.created_at
    ) AS data,
    n.created_at
FROM tb_note AS n;

COMMENT ON VIEW v_note IS 'Notes as services read them; created_at is there to sort by.';

GRANT SELECT ON v_note TO cqrs_read;

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
