CREATE TABLE t (id text, a integer);
