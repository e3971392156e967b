CREATE VIEW post AS SELECT 1 AS id;  -- bad
CREATE OR REPLACE VIEW app."V_post" WITH (security_invoker) AS SELECT 1 AS id;  -- bad
CREATE RECURSIVE VIEW tree (id) AS VALUES (1) UNION ALL SELECT id + 1 FROM tree WHERE id < 9;  -- bad
CREATE VIEW vw_post (id) AS VALUES (1);  -- bad
