CREATE TABLE tb_part_2 PARTITION OF tb_part FOR VALUES IN (2);
CREATE INDEX idx_new ON tb_part (a, b);
