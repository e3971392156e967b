CREATE TABLE t (id integer CONSTRAINT k UNIQUE, b integer);
CREATE TABLE u (t integer REFERENCES t (id));
