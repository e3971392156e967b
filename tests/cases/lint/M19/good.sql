ALTER TABLE tb_a ADD COLUMN extra jsonb, ADD list json[], ADD j text;
CREATE TABLE tb_new (extra json);
ALTER TABLE tb_new ADD COLUMN more json;
