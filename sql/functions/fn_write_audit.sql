-- Internal: no group role may call it.
CREATE FUNCTION fn_write_audit(
    p_action text,
    p_table_name text,
    p_record_id uuid,
    p_actor uuid,
    p_old_row jsonb,
    p_new_row jsonb
) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, public, pg_temp
AS $$
    INSERT INTO tb_audit_log (action, table_name, record_id, actor, old_row, new_row)
    VALUES (p_action, p_table_name, p_record_id, p_actor, p_old_row, p_new_row);
$$;

COMMENT ON FUNCTION fn_write_audit(text, text, uuid, uuid, jsonb, jsonb) IS 'Write one row of the audit log.';

REVOKE EXECUTE ON FUNCTION fn_write_audit(text, text, uuid, uuid, jsonb, jsonb) FROM PUBLIC;
