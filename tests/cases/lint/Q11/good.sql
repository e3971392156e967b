CREATE TABLE tv_post (id uuid PRIMARY KEY, data jsonb);
CREATE FUNCTION fn_refresh() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    MERGE INTO TV_Post t USING v_post v ON t.id = v.id WHEN NOT MATCHED THEN INSERT (id, data) VALUES (v.id, v.data);
END $$;
CREATE TEMP TABLE tv_scratch (id int);
CREATE TABLE tb_post (id int);
CREATE UNLOGGED TABLE app."tv_Odd" (id uuid PRIMARY KEY, data jsonb);
CREATE TABLE tv_handled (id int);
CREATE FUNCTION fn_more() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    WITH moved AS (DELETE FROM tb_queue RETURNING id)
    INSERT INTO app."tv_Odd" (id) SELECT id FROM moved;
EXCEPTION WHEN unique_violation THEN
    FOR i IN 1..2 LOOP UPDATE tv_handled SET id = i; END LOOP;
END $$;
