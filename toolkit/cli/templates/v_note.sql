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
