CREATE TABLE tb_part_gone PARTITION OF tb_part FOR VALUES IN (3);
CREATE TABLE tb_part_detached PARTITION OF tb_part FOR VALUES IN (4);
CREATE INDEX idx_gone ON tb_part (b, a);
