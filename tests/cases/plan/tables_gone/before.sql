CREATE FUNCTION fn_id() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TABLE tb_a (id integer DEFAULT fn_id() PRIMARY KEY, b integer, kept integer REFERENCES tb_kept);
CREATE TABLE tb_b (id serial PRIMARY KEY, a integer REFERENCES tb_a, identity integer GENERATED ALWAYS AS IDENTITY);
ALTER TABLE tb_a ADD CONSTRAINT fk_b FOREIGN KEY (b) REFERENCES tb_b;
ALTER TABLE tb_kept ADD a integer CONSTRAINT fk_a REFERENCES tb_a;
CREATE VIEW v_a AS SELECT id FROM tb_a;
CREATE TRIGGER trg_a BEFORE UPDATE ON tb_a FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
