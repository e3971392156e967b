-- file: sql/matviews/mv_a.sql
CREATE MATERIALIZED VIEW mv_a AS SELECT 1 AS id, 2 AS data;
CREATE UNIQUE INDEX uq_a ON mv_a (id) WHERE id > 0;
CREATE UNIQUE INDEX uq_b ON mv_a ((id + 1));
CREATE INDEX idx_c ON mv_a (id);
CREATE UNIQUE INDEX uq_d ON other.mv_a (id);
REFRESH MATERIALIZED VIEW CONCURRENTLY mv_a;  -- bad
-- file: sql/functions/fn_refresh.sql
CREATE FUNCTION fn_refresh() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF true THEN
        REFRESH MATERIALIZED VIEW CONCURRENTLY public."mv_a" WITH DATA;  -- bad
    END IF;
END $$;
DO $$ BEGIN REFRESH MATERIALIZED VIEW CONCURRENTLY mv_a; END $$;  -- bad
CREATE FUNCTION fn_again() RETURNS void LANGUAGE sql AS 'REFRESH MATERIALIZED VIEW CONCURRENTLY mv_a';  -- bad
