CREATE TABLE tb_audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    action text NOT NULL,
    table_name text NOT NULL,
    record_id uuid NOT NULL,
    actor uuid,
    session_role text DEFAULT SESSION_USER NOT NULL,
    old_row jsonb,
    new_row jsonb,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (id)
);

CREATE INDEX idx_audit_log_record ON tb_audit_log (record_id, id);

COMMENT ON TABLE tb_audit_log IS 'Who changed which row by which command; written in the transaction of the change.';
COMMENT ON COLUMN tb_audit_log.action IS 'The command, as CREATE_USER or PUBLISH_POST.';
COMMENT ON COLUMN tb_audit_log.actor IS
    'Acting user as the service stated it; null where nobody was signed in. Not a foreign key: the log outlives the user.';
COMMENT ON COLUMN tb_audit_log.session_role IS 'Role that the session logged in with.';
COMMENT ON COLUMN tb_audit_log.old_row IS 'The row before the change; null for a new row.';
COMMENT ON COLUMN tb_audit_log.new_row IS 'The row after the change; null for a deleted row.';
