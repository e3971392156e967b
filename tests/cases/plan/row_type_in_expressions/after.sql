CREATE TABLE tb_a (id integer PRIMARY KEY, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION size_of(tb_a) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE VIEW v_read AS SELECT (jsonb_populate_record(NULL::tb_a, '{}')).id;
CREATE VIEW v_above AS SELECT id FROM v_read;
CREATE FUNCTION as_row(p_id integer) RETURNS boolean LANGUAGE sql RETURN (jsonb_populate_record(NULL::tb_a, '{}')).id = p_id;
CREATE TABLE tb_b (
    id integer,
    document jsonb DEFAULT to_jsonb(NULL::tb_a),
    CONSTRAINT ck_document CHECK (jsonb_populate_record(NULL::tb_a, document) IS NOT NULL)
);
CREATE INDEX idx_b ON tb_b (size_of(jsonb_populate_record(NULL::tb_a, document)));
CREATE POLICY p_b ON tb_b USING (jsonb_populate_record(NULL::tb_a, document) IS NOT NULL);
