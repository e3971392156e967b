CREATE TABLE tb_a (created_at timestamptz(6), At_at timestamp, due_date date, born_on date, at time, span interval);
CREATE TABLE tb_b (days date[], stamps tstzrange);
