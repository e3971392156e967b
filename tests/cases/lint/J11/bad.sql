CREATE VIEW v_a AS SELECT * FROM tb_a;  -- bad
CREATE MATERIALIZED VIEW mv_a AS SELECT p.*, 1 AS one FROM tb_a p;  -- bad
CREATE VIEW v_b AS SELECT id, data FROM tb_a UNION ALL SELECT * FROM tb_b;  -- bad
CREATE VIEW v_c AS WITH x AS (SELECT 1 AS id) SELECT x.* FROM x;  -- bad
