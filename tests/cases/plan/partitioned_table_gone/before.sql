CREATE TABLE tb_part (a integer, b integer, PRIMARY KEY (a)) PARTITION BY LIST (a);
CREATE TABLE tb_part_1 PARTITION OF tb_part FOR VALUES IN (1);
CREATE TABLE tb_part_2 PARTITION OF tb_part FOR VALUES IN (2) PARTITION BY LIST (a);
CREATE TABLE tb_part_2_1 PARTITION OF tb_part_2 FOR VALUES IN (2);
CREATE INDEX idx_b ON tb_part (b);
CREATE TABLE tb_parent (a integer);
CREATE TABLE tb_child (b integer) INHERITS (tb_parent);
