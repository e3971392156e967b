-- file: sql/a.sql
CREATE TABLE tb_post (id int);
CREATE TABLE tb_user (id int);
CREATE VIEW v_post AS WITH tb_x AS (SELECT 1 AS id) SELECT p.id FROM tb_post p, other.tb_y, posts, TB_User, tb_x;
CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    CREATE TEMP TABLE tb_scratch AS SELECT 1 AS id;
    INSERT INTO tb_scratch SELECT id FROM v_post;
    EXECUTE 'DELETE FROM tb_nowhere';
END $$;
-- file: tools/script.sql
SELECT id FROM tb_nowhere;
