CREATE VIEW v_a AS SELECT id, jsonb_build_object('id', id, 'FK', fk) AS data, fk_user FROM tb_a ORDER BY pk_post;
CREATE VIEW v_b AS SELECT a.id, jsonb_build_object('id', a.id, 'author', jsonb_build_object('id', u.id)) AS data
FROM tb_a a JOIN tb_u u ON u.pk_user = a.fk_user;
CREATE VIEW v_c AS WITH x AS (SELECT id, title AS fk_title FROM tb_a)
SELECT id, jsonb_build_object('id', id, 'title', x.fk_title) AS data FROM x;
CREATE VIEW v_d AS SELECT id, jsonb_build_object('id', id, 'n', (SELECT count(*) FROM tb_b WHERE fk_a = pk_a)) AS data FROM tb_a;
