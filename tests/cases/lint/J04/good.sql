SELECT jsonb_build_object('id', a, 'ID', b, 'author', jsonb_build_object('id', c)) FROM tb_a;
SELECT jsonb_build_object('a' || x, 1, 'a', 2), jsonb_build_object(k, 1, k, 2) FROM tb_a;
SELECT jsonb_build_object('a', 'a', 'b', 'a'), jsonb_build_array('a', 'a');
SELECT jsonb_object_agg('a', x) FROM tb_a;
