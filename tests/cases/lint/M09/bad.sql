ALTER TABLE tb_a ADD CONSTRAINT uq_a UNIQUE (mail);  -- bad
ALTER TABLE tb_a ADD PRIMARY KEY (id), ADD COLUMN n int UNIQUE;  -- bad -- bad
ALTER TABLE app.tb_a ADD CONSTRAINT ex_a EXCLUDE USING gist (room WITH =, during WITH &&);  -- bad
