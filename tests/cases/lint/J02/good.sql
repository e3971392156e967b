CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id) AS data, author_id FROM tb_post;
CREATE VIEW v_a AS SELECT id, a.Data FROM tb_a a;
CREATE VIEW v_b AS SELECT a.*, 1 AS one FROM tb_a a;
CREATE TABLE app.tv_post (id uuid, data jsonb NOT NULL, CONSTRAINT pk_post PRIMARY KEY (id));
CREATE VIEW v_c (id, data) AS SELECT 1, 2 EXCEPT SELECT 3, 4;
CREATE VIEW v_d AS SELECT id, data::jsonb FROM tb_a;
