CREATE TABLE p (k integer, b text) PARTITION BY LIST (k);
CREATE TABLE a PARTITION OF p FOR VALUES IN (2);
CREATE TABLE p1 (k integer, b text);
CREATE INDEX pi ON p (b);
