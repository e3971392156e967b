CREATE TABLE t (id integer PRIMARY KEY, b integer);
CREATE TABLE u (t integer REFERENCES t);
