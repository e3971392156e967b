CREATE TABLE tv_post (id uuid PRIMARY KEY, data jsonb);  -- bad
CREATE TABLE app."tv_user" (id uuid PRIMARY KEY, data jsonb);  -- bad
CREATE FUNCTION fn_a() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM tv_post';
CREATE FUNCTION fn_b() RETURNS void LANGUAGE sql AS 'DELETE FROM tv_user';
CREATE TABLE "tv_Odd" (id uuid PRIMARY KEY, data jsonb);  -- bad
CREATE FUNCTION fn_c() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE 'INSERT INTO tv_odd SELECT 1';
    INSERT INTO tv_odd SELECT 1;
    INSERT INTO tb_a SELECT id FROM "tv_Odd";
END $$;
