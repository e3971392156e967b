CREATE TABLE tb_a (created timestamptz, changed_on timestamp(3), due date, "birth_At" date);  -- bad -- bad -- bad -- bad
ALTER TABLE tb_a ADD COLUMN done timestamp with time zone;  -- bad
