CREATE TABLE p (k integer, b text) PARTITION BY LIST (k);
CREATE TABLE a (k integer, b text);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE INDEX ai ON a (b);
CREATE INDEX pi ON p (b);
