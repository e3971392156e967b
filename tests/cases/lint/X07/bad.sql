-- file: sql/tables/tb_post.sql
CREATE TABLE tb_post (id int PRIMARY KEY, author_id int REFERENCES tb_usr (id));  -- bad
CREATE INDEX idx_post ON tb_pots (id);  -- bad
CREATE TABLE tb_user (id int);
CREATE TABLE tb_tag (id int);
CREATE TRIGGER trg_a BEFORE INSERT ON tb_usr EXECUTE FUNCTION fn_a();  -- bad
-- file: sql/views/v_post.sql
CREATE VIEW v_post AS SELECT p.id FROM tb_post p JOIN "tb_User" u ON u.id = p.author_id;  -- bad
CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO tb_post SELECT id FROM v_post;
    DELETE FROM public.tb_pots;  -- bad
END $$;
