-- file: migrations/versions/1_a.up.sql
CREATE TABLE tb_a (id int, title varchar(20), price numeric(8,2), code char(3), raw text, at timestamp, s varchar);
-- file: migrations/versions/2_b.up.sql
ALTER TABLE tb_a ALTER id TYPE bigint, ALTER title TYPE varchar(10);  -- bad -- bad
ALTER TABLE tb_a ALTER price TYPE numeric(8,3);  -- bad
ALTER TABLE tb_a ALTER "raw" TYPE varchar(9), ALTER at SET DATA TYPE timestamptz;  -- bad -- bad
ALTER TABLE tb_a ALTER s TYPE text USING upper(s);  -- bad
ALTER TABLE tb_unknown ALTER n TYPE text;  -- bad
