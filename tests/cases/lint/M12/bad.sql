VACUUM (FULL, ANALYZE) tb_a;  -- bad
VACUUM FULL;  -- bad
CLUSTER tb_a USING pk_a;  -- bad
CLUSTER;  -- bad
ALTER TABLE tb_a SET LOGGED;  -- bad
ALTER TABLE app."tb_A" SET TABLESPACE fast, SET ACCESS METHOD heap;  -- bad -- bad
ALTER MATERIALIZED VIEW mv_a SET TABLESPACE fast;  -- bad
