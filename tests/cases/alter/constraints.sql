-- Keys, foreign keys, checks that are not valid, and indexes.

-- unique constraint is new
CREATE TABLE t (a integer, b integer, c text);
INSERT INTO t VALUES (1, 2, 'c'), (2, 3, 'd');
-- to
CREATE TABLE t (a integer, b integer, c text, CONSTRAINT uq UNIQUE NULLS NOT DISTINCT (a, b) INCLUDE (c) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED);

-- primary key is new
CREATE TABLE t (a integer, b integer NOT NULL);
INSERT INTO t VALUES (1, 2);
-- to
CREATE TABLE t (a integer, b integer NOT NULL, CONSTRAINT pk PRIMARY KEY (b, a));

-- primary key on a new column
CREATE TABLE t (a integer);
INSERT INTO t VALUES (1), (2);
-- to
CREATE TABLE t (a integer, id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk PRIMARY KEY);

-- key changes under a foreign key
CREATE TABLE t (a integer, b integer, CONSTRAINT pk PRIMARY KEY (a, b));
CREATE TABLE u (a integer, b integer, CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES t);
INSERT INTO t VALUES (1, 2);
INSERT INTO u VALUES (1, 2);
-- to
CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, CONSTRAINT pk PRIMARY KEY (b, a) WITH (fillfactor = 60));
CREATE TABLE u (a integer, b integer, CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES t (a, b));

-- exclusion constraint
CREATE TABLE t (a int4range, CONSTRAINT ex EXCLUDE USING gist (a WITH &&));
-- to
CREATE TABLE t (a int4range, CONSTRAINT ex EXCLUDE USING gist (a WITH =), CONSTRAINT ex_new EXCLUDE USING gist (a WITH -|-));

-- foreign key is new
CREATE TABLE t (a integer PRIMARY KEY);
CREATE TABLE u (a integer);
INSERT INTO t VALUES (1);
INSERT INTO u VALUES (1), (NULL);
-- to
CREATE TABLE t (a integer PRIMARY KEY);
CREATE TABLE u (a integer CONSTRAINT fk REFERENCES t ON DELETE CASCADE DEFERRABLE);

-- foreign key to a new key
CREATE TABLE t (a integer);
CREATE TABLE u (a integer);
INSERT INTO t VALUES (1);
INSERT INTO u VALUES (1), (NULL);
-- to
CREATE TABLE t (a integer PRIMARY KEY);
CREATE TABLE u (a integer CONSTRAINT fk REFERENCES t);

-- foreign key changes
CREATE TABLE t (a integer PRIMARY KEY, b integer UNIQUE);
CREATE TABLE u (a integer CONSTRAINT fk REFERENCES t, b integer CONSTRAINT fk_when REFERENCES t (b));
-- to
CREATE TABLE t (a integer PRIMARY KEY, b integer UNIQUE);
CREATE TABLE u (a integer CONSTRAINT fk REFERENCES t ON DELETE SET NULL, b integer CONSTRAINT fk_when REFERENCES t (b) DEFERRABLE INITIALLY DEFERRED);

-- foreign key becomes valid
CREATE TABLE t (a integer PRIMARY KEY);
CREATE TABLE u (a integer);
ALTER TABLE u ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES t NOT VALID;
-- to
CREATE TABLE t (a integer PRIMARY KEY);
CREATE TABLE u (a integer CONSTRAINT fk REFERENCES t);

-- foreign key of a partitioned table
CREATE TABLE t (a integer PRIMARY KEY);
CREATE TABLE u (a integer) PARTITION BY LIST (a);
CREATE TABLE u1 PARTITION OF u FOR VALUES IN (1);
-- to
CREATE TABLE t (a integer PRIMARY KEY);
CREATE TABLE u (a integer CONSTRAINT fk REFERENCES t) PARTITION BY LIST (a);
CREATE TABLE u1 PARTITION OF u FOR VALUES IN (1);

-- check that is not valid
CREATE TABLE t (a integer);
ALTER TABLE t ADD CONSTRAINT ck_changes CHECK (a > 0) NOT VALID;
-- to
CREATE TABLE t (a integer);
ALTER TABLE t ADD CONSTRAINT ck_changes CHECK (a > 1) NOT VALID, ADD CONSTRAINT ck_new CHECK (a > 2) NOT VALID;

-- index is new
CREATE TABLE t (a integer, b text);
CREATE MATERIALIZED VIEW mv AS SELECT a FROM t;
-- to
CREATE TABLE t (a integer, b text);
CREATE MATERIALIZED VIEW mv AS SELECT a FROM t;
CREATE INDEX ix ON t (a DESC, lower(b) COLLATE "C" text_pattern_ops) INCLUDE (b) WITH (fillfactor = 50) WHERE a > 3;
ALTER INDEX ix ALTER COLUMN 2 SET STATISTICS 50;
CREATE UNIQUE INDEX uq ON mv (a);

-- index changes
CREATE TABLE t (a integer NOT NULL, b integer NOT NULL);
CREATE INDEX ix ON t (a);
CREATE UNIQUE INDEX uq ON t (a);
ALTER TABLE t REPLICA IDENTITY USING INDEX uq;
COMMENT ON INDEX ix IS 'x';
-- to
CREATE TABLE t (a integer NOT NULL, b integer NOT NULL);
CREATE INDEX ix ON t ((a + 1));
ALTER INDEX ix ALTER COLUMN 1 SET STATISTICS 50;
CREATE UNIQUE INDEX uq ON t (a, b);
ALTER TABLE t REPLICA IDENTITY USING INDEX uq;
COMMENT ON INDEX ix IS 'x';

-- index is set otherwise
CREATE TABLE t (a integer NOT NULL, b integer);
CREATE INDEX ix ON t ((a + 1)) WITH (fillfactor = 70, deduplicate_items = off);
ALTER INDEX ix ALTER COLUMN 1 SET STATISTICS 50;
CREATE UNIQUE INDEX uq ON t (a);
ALTER TABLE t REPLICA IDENTITY USING INDEX uq, CLUSTER ON ix;
-- to
CREATE TABLE t (a integer NOT NULL, b integer);
CREATE INDEX ix ON t ((a + 1)) WITH (fillfactor = 80);
CREATE UNIQUE INDEX uq ON t (a);

-- key is set otherwise
CREATE TABLE t (a integer CONSTRAINT pk PRIMARY KEY, b integer NOT NULL CONSTRAINT uq UNIQUE);
ALTER TABLE t REPLICA IDENTITY FULL, CLUSTER ON pk;
-- to
CREATE TABLE t (a integer CONSTRAINT pk PRIMARY KEY, b integer NOT NULL CONSTRAINT uq UNIQUE);
ALTER TABLE t REPLICA IDENTITY USING INDEX uq, CLUSTER ON uq;

-- index changes with the type of its column
CREATE TABLE t (a text, b text);
CREATE INDEX ix ON t (lower(a));
CREATE INDEX ix_gone ON t (upper(a));
INSERT INTO t VALUES ('1');
-- to
CREATE TABLE t (a integer, b text);
CREATE INDEX ix ON t (a);

-- indexes of a partitioned table
CREATE TABLE p (a integer, b integer, c integer) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) PARTITION BY LIST (b);
CREATE TABLE p2x PARTITION OF p2 DEFAULT;
CREATE INDEX ix_gone ON p (b);
CREATE INDEX ix ON p (c);
INSERT INTO p VALUES (1, 2, 3), (2, 2, 2);
-- to
CREATE TABLE p (a integer, b integer, c integer, CONSTRAINT pk PRIMARY KEY (a, b)) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) PARTITION BY LIST (b);
CREATE TABLE p2x PARTITION OF p2 DEFAULT;
CREATE INDEX ix_new ON p ((c + 1));
CREATE INDEX ix ON p (c, b);

-- partition is new
CREATE TABLE t (a integer PRIMARY KEY);
CREATE TABLE p (a integer PRIMARY KEY, b integer CONSTRAINT fk REFERENCES t) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE INDEX ix ON p (b);
-- to
CREATE TABLE t (a integer PRIMARY KEY);
CREATE TABLE p (a integer PRIMARY KEY, b integer CONSTRAINT fk REFERENCES t) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
CREATE INDEX ix ON p (b);

-- partition leaves
CREATE TABLE t (a integer PRIMARY KEY);
CREATE TABLE p (a integer PRIMARY KEY, b integer CONSTRAINT fk REFERENCES t, CONSTRAINT ck CHECK (b > 0)) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE INDEX ix ON p (b);
-- to
CREATE TABLE t (a integer PRIMARY KEY);
CREATE TABLE p (a integer PRIMARY KEY, b integer CONSTRAINT fk REFERENCES t, CONSTRAINT ck CHECK (b > 0)) PARTITION BY LIST (a);
CREATE TABLE p1 (a integer PRIMARY KEY, b integer, CONSTRAINT ck CHECK (b > 0));
CREATE INDEX p1_b_idx ON p1 (b);
CREATE INDEX ix ON p (b);

-- bounds of a partition
CREATE TABLE p (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE INDEX ix ON p (b);
INSERT INTO p VALUES (1, 1);
-- to
CREATE TABLE p (a integer, b integer, c integer DEFAULT 3) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1, 2);
CREATE INDEX ix ON p (b);
