ALTER TABLE tb_a ADD CONSTRAINT ck_a CHECK (title <> '');  -- bad
ALTER TABLE tb_a ADD FOREIGN KEY (b, c) REFERENCES app.tb_b (x, y) MATCH FULL ON DELETE CASCADE;  -- bad
ALTER TABLE tb_a ADD COLUMN n int CHECK (n > 0);  -- bad
ALTER TABLE tb_a ADD m int DEFAULT 1 REFERENCES tb_b (id), ADD o int DEFAULT NULL REFERENCES tb_b (id);  -- bad -- bad
ALTER DOMAIN app."Mail" ADD CHECK (VALUE LIKE '%@%');  -- bad
