-- ==== in all cases
CREATE VIEW v_a AS SELECT id, jsonb_build_object(
    'userID', 1, 'HTMLBody', 2, 'line2Text', 3, 'two words', 4, '_Own', jsonb_build_object('kebab-case', 5)
) AS data FROM tb_a;
-- ==== fixed
CREATE VIEW v_a AS SELECT id, jsonb_build_object(
    'user_id', 1, 'html_body', 2, 'line2_text', 3, 'two_words', 4, '_own', jsonb_build_object('kebab_case', 5)
) AS data FROM tb_a;
-- ==== not to a key that is there
CREATE VIEW v_a AS SELECT id, jsonb_build_object('aB', 1, 'a_b', 2) AS data FROM tb_a;
-- ==== not in other quotes, nor where the words can't be told
CREATE VIEW v_a AS SELECT id, jsonb_build_object(E'aB', 1, $$aC$$, 2, 'Ä', 3, 'a.B', 4) AS data FROM tb_a;
