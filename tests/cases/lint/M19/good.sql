ALTER TABLE tb_a ADD COLUMN extra jsonb, ADD list json[], ADD j text;
CREATE TABLE tb_new (extra json);
ALTER TABLE tb_new ADD COLUMN more json;
ALTER TABLE tb_a ALTER COLUMN j TYPE jsonb, ADD k "JSON", ADD l app.json;
CREATE TABLE tb_other (LIKE tb_a);
