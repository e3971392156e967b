CREATE TABLE p (k integer, b text, PRIMARY KEY (k), UNIQUE (k, b)) PARTITION BY LIST (k);
CREATE TABLE p1 (k integer NOT NULL, b text);
CREATE TABLE p2 (k integer, b text, CONSTRAINT p2_pkey PRIMARY KEY (k));
