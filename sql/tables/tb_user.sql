CREATE TABLE tb_user (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_user PRIMARY KEY (id),
    CONSTRAINT ck_user_name_present CHECK (btrim(name) <> ''),
    CONSTRAINT ck_user_email_format CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    CONSTRAINT ck_user_email_length CHECK (char_length(email) <= 254)
);

CREATE UNIQUE INDEX uq_user_email ON tb_user (lower(email));

COMMENT ON TABLE tb_user IS 'People who write and approve posts.';
COMMENT ON COLUMN tb_user.email IS 'Address as the user wrote it; unique without regard to case.';
