CREATE TABLE t (id integer UNIQUE, b integer, PRIMARY KEY (b, id));
CREATE TABLE u (t integer REFERENCES t (id));
