CREATE TABLE tb_a (id integer PRIMARY KEY, size bigint);
CREATE VIEW v_a AS SELECT a, id FROM tb_a AS a;
CREATE MATERIALIZED VIEW mv_row AS SELECT a, id FROM tb_a AS a;
CREATE UNIQUE INDEX uq_mv_row ON mv_row (id);
CREATE MATERIALIZED VIEW mv_rows_of_view AS SELECT array_agg(v) AS rows FROM v_a AS v;
CREATE MATERIALIZED VIEW mv_document AS SELECT to_jsonb(a) AS data FROM tb_a AS a;
CREATE MATERIALIZED VIEW mv_count AS SELECT count(*) FROM tb_a;
CREATE DOMAIN a_row AS tb_a;
CREATE TABLE tb_b (last a_row, all_of_them tb_a[]);
