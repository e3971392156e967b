CREATE FUNCTION fn_a() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    total int := 0;  -- bad
    "V_x" text;  -- bad
    c CURSOR FOR SELECT 1;  -- bad
    r app.t%ROWTYPE;  -- bad
BEGIN
    DECLARE inner_one CONSTANT int := 1;  -- bad
    BEGIN RETURN total; END;
END $$;
DO $$ DECLARE n int; BEGIN NULL; END $$;
