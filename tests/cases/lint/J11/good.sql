CREATE VIEW v_a AS SELECT id, jsonb_build_object('id', id, 'n', count(*)) AS data FROM (SELECT * FROM tb_a) p GROUP BY id;
CREATE VIEW v_b AS SELECT id, data FROM tb_a WHERE EXISTS (SELECT * FROM tb_b);
CREATE VIEW v_c AS WITH x AS (SELECT * FROM tb_a) SELECT id, data FROM x;
CREATE VIEW helper AS SELECT * FROM tb_a;
CREATE TEMP VIEW v_d AS SELECT * FROM tb_a;
