-- What SQL has had since PostgreSQL 16.
-- since 16
CREATE TABLE tb_item (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    note text,
    price numeric NOT NULL,
    extra jsonb,
    shelf text CHECK (shelf IN ('a', 'b'))
);
CREATE VIEW w01_json_object AS
    SELECT id, JSON_OBJECT('id': id, 'name' VALUE name, 'note': note RETURNING jsonb) AS data,
        JSON_OBJECT('id': id, 'note': note ABSENT ON NULL RETURNING jsonb) AS brief,
        JSON_OBJECT(name: price WITH UNIQUE KEYS) AS by_name
    FROM tb_item;
CREATE VIEW w02_json_array AS
    SELECT id, JSON_ARRAY(id, name, note) AS data, JSON_ARRAY(id, note NULL ON NULL RETURNING jsonb) AS all_of, JSON_ARRAY() AS none,
        JSON_ARRAY(SELECT i.name FROM tb_item i) AS names
    FROM tb_item;
CREATE VIEW w03_aggregates AS
    SELECT shelf AS id, JSON_ARRAYAGG(name ORDER BY id RETURNING jsonb) AS data, JSON_ARRAYAGG(note) AS notes,
        JSON_ARRAYAGG(note NULL ON NULL) AS all_notes, JSON_OBJECTAGG(name: price) AS prices,
        JSON_OBJECTAGG(id: note ABSENT ON NULL RETURNING jsonb) AS noted, any_value(price) AS any_price
    FROM tb_item GROUP BY shelf;
CREATE VIEW w04_predicate AS SELECT id, jsonb_build_object('is', note IS JSON, 'sure', name IS JSON OBJECT) AS data FROM tb_item;
CREATE VIEW w05_texts AS SELECT id, JSON_OBJECT('id': id RETURNING text) AS data, JSON_ARRAY(1 RETURNING jsonb) -> 0 AS one FROM tb_item;
