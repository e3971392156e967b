-- Internal: no group role may call it.
CREATE FUNCTION fn_emit_event(
    p_event_type text,
    p_aggregate_type text,
    p_aggregate_id uuid,
    p_event_data jsonb
) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, public, pg_temp
AS $$
    -- The caller has the aggregate's row locked, or has just made it: nobody else counts at the same time.
    INSERT INTO tb_domain_events (event_type, aggregate_type, aggregate_id, aggregate_version, event_data)
    SELECT p_event_type, p_aggregate_type, p_aggregate_id, COALESCE(max(aggregate_version), 0) + 1, p_event_data
    FROM tb_domain_events
    WHERE aggregate_type = p_aggregate_type AND aggregate_id = p_aggregate_id;
$$;

COMMENT ON FUNCTION fn_emit_event(text, text, uuid, jsonb) IS
    'Write one domain event with the next version of its aggregate, whose row the caller has locked.';

REVOKE EXECUTE ON FUNCTION fn_emit_event(text, text, uuid, jsonb) FROM PUBLIC;
