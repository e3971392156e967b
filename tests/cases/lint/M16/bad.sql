ALTER TABLE tb_a ADD COLUMN slug text;
UPDATE tb_a SET slug = title;  -- bad
ALTER TABLE "tb_B" DROP COLUMN x;
DELETE FROM public."tb_B";  -- bad
ALTER TABLE tb_c ALTER COLUMN n SET NOT NULL;
WITH gone AS (
    DELETE FROM tb_c RETURNING id  -- bad
)
SELECT count(*) FROM gone;
WITH old AS (SELECT 1) UPDATE tb_c AS c SET n = 1 FROM old;  -- bad
DO $$ BEGIN
    IF true THEN
        UPDATE tb_c SET n = 1;  -- bad
    END IF;
END $$;
DO $$ BEGIN
    ALTER TABLE tb_d ADD COLUMN n int;
    DELETE FROM tb_d;  -- bad
END $$;
