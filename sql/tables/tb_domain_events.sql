CREATE TABLE tb_domain_events (
    seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    tx xid8 DEFAULT pg_current_xact_id() NOT NULL,
    event_id uuid DEFAULT gen_random_uuid() NOT NULL,
    event_type text NOT NULL,
    schema_version integer DEFAULT 1 NOT NULL,
    aggregate_type text NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_version bigint NOT NULL,
    event_data jsonb NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_domain_events PRIMARY KEY (seq),
    CONSTRAINT uq_domain_events_event_id UNIQUE (event_id),
    CONSTRAINT uq_domain_events_aggregate UNIQUE (aggregate_type, aggregate_id, aggregate_version)
);

CREATE INDEX idx_domain_events_tx ON tb_domain_events (tx, seq);

COMMENT ON TABLE tb_domain_events IS 'Outbox: what happened, in the transaction in which it happened.';
COMMENT ON COLUMN tb_domain_events.seq IS
    'Order of writing, not of commit. A consumer reads by (tx, seq) and stops before pg_snapshot_xmin(pg_current_snapshot()), or it loses events.';
COMMENT ON COLUMN tb_domain_events.event_id IS 'Identity for consumers that must handle an event once.';
COMMENT ON COLUMN tb_domain_events.schema_version IS 'Version of the form of event_data for this event_type.';
COMMENT ON COLUMN tb_domain_events.aggregate_version IS 'Counts the events of one aggregate from 1 without a gap.';
