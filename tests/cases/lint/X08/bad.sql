-- file: sql/a.sql
CREATE TABLE tb_a (id int PRIMARY KEY, b_id int, FOREIGN KEY (b_id) REFERENCES app."tb_B" (id));  -- bad
-- file: sql/b.sql
CREATE TABLE app."tb_B" (id int PRIMARY KEY, c_id int REFERENCES tb_c (id));  -- bad
-- file: sql/c.sql
CREATE TABLE tb_c (id int PRIMARY KEY, a_id int CONSTRAINT fk_c REFERENCES public.tb_a (id));  -- bad
