CREATE VIEW v_a AS SELECT id, jsonb_build_object('title', title) AS data FROM tb_a;  -- bad
CREATE VIEW v_b AS SELECT p.id, jsonb_build_object('id', u.id) AS data  -- bad
FROM tb_a p JOIN tb_user u ON u.id = p.author_id;
CREATE VIEW v_c (id, data) AS SELECT a.pk, jsonb_build_object('id', a.uid) FROM tb_a a;  -- bad
CREATE VIEW v_d AS SELECT 1 AS id, jsonb_build_object('Id', 1) AS data FROM tb_a;  -- bad
