-- What SQL has had since PostgreSQL 17 and 18.
-- since 18
CREATE TABLE tb_event (id uuid PRIMARY KEY DEFAULT uuidv7(), payload jsonb NOT NULL, at timestamptz NOT NULL, price integer CHECK (price < 1000 AND price > -1000), total integer GENERATED ALWAYS AS (price * 2) VIRTUAL);
CREATE VIEW x01_query_functions AS
    SELECT id, jsonb_build_object('exists', JSON_EXISTS(payload, '$.a'), 'value', JSON_VALUE(payload, '$.a' RETURNING integer NULL ON ERROR),
        'query', JSON_QUERY(payload, '$.a'), 'scalar', JSON_SCALAR(price), 'parsed', JSON('{"a": 1}'), 'text', JSON_SERIALIZE(payload)) AS data
    FROM tb_event;
CREATE VIEW x02_json_table AS
    SELECT e.id, jsonb_build_object('n', t.n, 'name', t.name, 'doc', t.doc, 'total', e.total) AS data
    FROM tb_event e, JSON_TABLE(e.payload, '$[*]' COLUMNS (n FOR ORDINALITY, name text PATH '$.name', doc jsonb PATH '$.doc')) AS t;
CREATE VIEW x03_group_alias AS
    SELECT date_trunc('day', at) AS id, jsonb_build_object('day', date_trunc('day', at), 'n', count(*), 'total', sum(price)) AS data
    FROM tb_event GROUP BY date_trunc('day', at) HAVING count(*) > 0;
CREATE VIEW x04_cubes AS
    SELECT price AS id, jsonb_build_object('price', price, 'doubled', price * 2, 'day', at::date, 'n', count(*)) AS data
    FROM tb_event GROUP BY CUBE (price, (at::date));
CREATE FUNCTION fn_add_event(p_price integer) RETURNS jsonb LANGUAGE sql
    BEGIN ATOMIC INSERT INTO tb_event (payload, at, price) VALUES ('{}', now(), p_price)
        RETURNING jsonb_build_object('id', id, 'price', price, 'old', old.price, 'total', new.total); END;
CREATE FUNCTION fn_cast(p_doc jsonb) RETURNS integer LANGUAGE sql STRICT IMMUTABLE RETURN (p_doc -> 'n')::integer;
