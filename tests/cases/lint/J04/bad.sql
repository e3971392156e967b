SELECT jsonb_build_object('id', a, 'name', b, 'id', c) FROM tb_a;  -- bad
SELECT json_build_object('name'::text, a, E'na\155e', b) FROM tb_a;  -- bad
SELECT jsonb_build_object('a', jsonb_build_object('b', 1, 'b', 2)) FROM tb_a;  -- bad
CREATE FUNCTION fn_a() RETURNS jsonb LANGUAGE sql AS $_$ SELECT jsonb_build_object($$k$$, 1, 'k', 2) $_$;  -- bad
