CREATE VIEW v_a AS SELECT id, data, now() - created_at AS age, CURRENT_DATE AS d, random AS r FROM tb_a;
CREATE VIEW v_b AS SELECT id, current_setting('app.user_id', true) AS data, statement_timestamp() AS t FROM tb_a;
CREATE VIEW v_c AS SELECT id, app.fn_random_colour(id) AS data, 'random()' AS s FROM tb_a;
