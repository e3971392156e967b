-- ==== on a line of its own, as the query writes it
CREATE VIEW v_a AS SELECT a . "id", jsonb_build_object(
    'a', 1) AS data FROM tb_a a;
-- ==== fixed
CREATE VIEW v_a AS SELECT a . "id", jsonb_build_object(
    'id', a . "id",
    'a', 1) AS data FROM tb_a a;
-- ==== behind a comment
CREATE VIEW v_a AS SELECT id, jsonb_build_object( /* é */ 'a', 1) AS data FROM tb_a;
-- ==== fixed
CREATE VIEW v_a AS SELECT id, jsonb_build_object( /* é */ 'id', id, 'a', 1) AS data FROM tb_a;
-- ==== not with a comment in the name, nor with an expression
CREATE VIEW v_a AS SELECT a /* a. */ .id, jsonb_build_object('a', 1) AS data FROM tb_a a;
CREATE VIEW v_c AS SELECT public.tb_a /* */ .id, jsonb_build_object('a', 1) AS data FROM tb_a;
CREATE VIEW v_b AS SELECT lower(a.id) AS id, jsonb_build_object('a', 1) AS data FROM tb_a a;
-- ==== the id of something else is nobody's to choose
CREATE VIEW v_a AS SELECT a.id, jsonb_build_object('id', b.id) AS data FROM tb_a a, tb_b b;
-- ==== not beside what is id in another case
CREATE VIEW v_a AS SELECT id, jsonb_build_object('ID', id) AS data FROM tb_a;
