CREATE TABLE tv_post (id uuid PRIMARY KEY, data jsonb);
CREATE FUNCTION fn_refresh() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    MERGE INTO TV_Post t USING v_post v ON t.id = v.id WHEN NOT MATCHED THEN INSERT (id, data) VALUES (v.id, v.data);
END $$;
CREATE TEMP TABLE tv_scratch (id int);
CREATE TABLE tb_post (id int);
