CREATE TABLE tb_note (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    text text NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_note PRIMARY KEY (id),
    CONSTRAINT ck_note_text_length CHECK (char_length(text) <= 1000)
);

COMMENT ON TABLE tb_note IS 'Notes; written by commands only.';
