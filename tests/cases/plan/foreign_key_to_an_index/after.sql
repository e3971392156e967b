CREATE TABLE t (id integer, b integer);
CREATE UNIQUE INDEX k2 ON t (id);
CREATE TABLE u (t integer REFERENCES t (id));
