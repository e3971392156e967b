CREATE VIEW v_a AS SELECT id, jsonb_build_object() AS data FROM tb_a;
SELECT jsonb_build_object(VARIADIC ARRAY['a']) FROM tb_a;
SELECT jsonb_build_object('a', 1, VARIADIC rest) FROM tb_a;
SELECT jsonb_build_array(1, 2, 3), jsonb_object('{a,1,b}'), app.jsonb_build_object(1);
SELECT 'jsonb_build_object(''a'')', jsonb_build_object('a', jsonb_build_object('b', 1) ->> 'b');
