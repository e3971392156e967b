CREATE VIEW v_a AS SELECT gen_random_uuid() AS id, data FROM tb_a;  -- bad
CREATE VIEW v_b AS SELECT id FROM tb_a ORDER BY random();  -- bad
CREATE MATERIALIZED VIEW mv_a AS SELECT nextval('seq') AS id FROM tb_a;  -- bad
CREATE VIEW v_c AS SELECT id, (SELECT pg_catalog.clock_timestamp()) AS data FROM tb_a;  -- bad
CREATE VIEW v_d AS SELECT id FROM tb_a WHERE pg_try_advisory_lock(id);  -- bad
