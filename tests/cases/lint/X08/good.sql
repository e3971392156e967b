CREATE TABLE tb_a (id int PRIMARY KEY, b_id int, parent_id int REFERENCES tb_a (id));
CREATE TABLE tb_b (id int PRIMARY KEY, a_id int REFERENCES tb_a (id), x_id int REFERENCES tb_x (id));
ALTER TABLE tb_a ADD CONSTRAINT fk_a_b FOREIGN KEY (b_id) REFERENCES tb_b (id);
CREATE TABLE other.tb_a (id int PRIMARY KEY, b_id int REFERENCES tb_b (id));
