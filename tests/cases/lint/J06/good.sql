CREATE VIEW v_a AS SELECT id, jsonb_build_object('id', id, 'created_at', at, 'a1', 1, 'utf_8', 2) AS data FROM tb_a;
CREATE VIEW v_b AS SELECT id, data, jsonb_build_object('notData', 1) AS other FROM tb_a;
CREATE VIEW v_c AS SELECT id, jsonb_build_object('a', fn_x(jsonb_build_object('Argument', 1))->>'b') AS data FROM tb_a
WHERE props @> jsonb_build_object('isActive', true);
INSERT INTO tb_log (data) VALUES (jsonb_build_object('eventType', 1));
