ALTER TABLE tb_a ADD COLUMN slug text;
UPDATE tb_a SET slug = title;  -- bad
ALTER TABLE "tb_B" DROP COLUMN x;
DELETE FROM public."tb_B";  -- bad
