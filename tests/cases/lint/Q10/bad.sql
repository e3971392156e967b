-- file: sql/views/v_a.sql
CREATE VIEW v_a AS SELECT id FROM app.v_b;  -- bad
-- file: sql/views/v_b.sql
CREATE VIEW app.v_b AS WITH x AS (SELECT id FROM public.v_c) SELECT id FROM x;  -- bad
-- file: sql/views/v_c.sql
CREATE MATERIALIZED VIEW v_c AS SELECT id FROM tb_a WHERE id IN (SELECT id FROM v_a);  -- bad
