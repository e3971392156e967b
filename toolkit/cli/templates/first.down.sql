DROP FUNCTION fn_change_note(uuid, text);

DROP FUNCTION fn_create_note(text);

DROP VIEW v_note;

DROP TABLE tb_note;
