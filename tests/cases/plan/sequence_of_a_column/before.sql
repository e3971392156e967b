CREATE TABLE t (id integer, b text);
CREATE SEQUENCE s OWNED BY t.b;
