-- Tables as such, their checks, parents and partitions.

-- checks
CREATE TABLE t (a integer, b integer, CONSTRAINT ck_gone CHECK (a > 0), CONSTRAINT ck_other CHECK (b > 0));
INSERT INTO t VALUES (3, 3);
-- to
CREATE TABLE t (a integer, b integer, CONSTRAINT ck_new CHECK (a > 1), CONSTRAINT ck_other CHECK (b > 1));

-- check becomes valid
CREATE TABLE t (a integer);
INSERT INTO t VALUES (3);
ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID;
-- to
CREATE TABLE t (a integer, CONSTRAINT ck CHECK (a > 0));

-- options
CREATE TABLE t (a integer) WITH (fillfactor = 70, autovacuum_enabled = false);
-- to
CREATE TABLE t (a integer) WITH (fillfactor = 80, toast.autovacuum_enabled = false, parallel_workers = 3);

-- persistence
CREATE TABLE t (a serial, b integer GENERATED ALWAYS AS IDENTITY);
-- to
CREATE UNLOGGED TABLE t (a serial, b integer GENERATED ALWAYS AS IDENTITY);

-- row security
CREATE TABLE t (a integer);
-- to
CREATE TABLE t (a integer);
ALTER TABLE t FORCE ROW LEVEL SECURITY, ENABLE ROW LEVEL SECURITY;

-- replica identity
CREATE TABLE t (a integer NOT NULL);
ALTER TABLE t REPLICA IDENTITY FULL;
-- to
CREATE TABLE t (a integer NOT NULL);
ALTER TABLE t REPLICA IDENTITY NOTHING;

-- foreign table
CREATE FOREIGN TABLE ft (a integer OPTIONS (x '1', y '2'), b text) SERVER plan_server OPTIONS (p '1', q '2');
-- to
CREATE FOREIGN TABLE ft (a bigint OPTIONS (x '3', z '4') NOT NULL, c text OPTIONS (k 'v') COLLATE "C" DEFAULT 'x', CONSTRAINT ck CHECK (a > 0)) SERVER plan_server OPTIONS (q '3', r '4');

-- typed table
CREATE TYPE ty AS (a integer, b text);
CREATE TABLE t OF ty (a NOT NULL);
-- to
CREATE TYPE ty AS (a integer, b text);
CREATE TABLE t OF ty (b DEFAULT 'x' NOT NULL, CONSTRAINT ck CHECK (a > 0));

-- table is of a type
CREATE TYPE ty AS (a integer, b text);
CREATE TABLE t (a integer, b text);
-- to
CREATE TYPE ty AS (a integer, b text);
CREATE TABLE t OF ty;

-- parent with children
CREATE TABLE p (a integer, b integer, c integer DEFAULT 1, d integer NOT NULL, CONSTRAINT ck CHECK (a > 0));
CREATE TABLE c (x integer, c integer DEFAULT 2) INHERITS (p);
INSERT INTO c VALUES (1, 2, 3, 4, 5);
-- to
CREATE TABLE p (a bigint, c integer DEFAULT 3, d integer, e integer DEFAULT 5 NOT NULL, CONSTRAINT ck CHECK (a > 0), CONSTRAINT ck2 CHECK (e > 0));
CREATE TABLE c (x bigint, c integer DEFAULT 2) INHERITS (p);

-- partitioned table
CREATE TABLE p (a integer, b integer, c integer DEFAULT 1, d integer NOT NULL, CONSTRAINT ck CHECK (a > 0)) PARTITION BY LIST (a);
CREATE TABLE a1 PARTITION OF p (c DEFAULT 2) FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) PARTITION BY LIST (b);
CREATE TABLE p2x PARTITION OF p2 DEFAULT;
INSERT INTO p VALUES (1, 2, 3, 4), (2, 2, 2, 2);
-- to
CREATE TABLE p (a integer, b integer NOT NULL, c bigint DEFAULT 3, d integer, e integer DEFAULT 5 NOT NULL, CONSTRAINT ck2 CHECK (e > 0)) PARTITION BY LIST (a);
CREATE TABLE a1 PARTITION OF p (c DEFAULT 2, CONSTRAINT own CHECK (d > 0)) FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p (d NOT NULL) FOR VALUES IN (2) PARTITION BY LIST (b);
CREATE TABLE p2x PARTITION OF p2 DEFAULT;

-- child leaves its parent
CREATE TABLE p (a integer, CONSTRAINT ck CHECK (a > 0));
CREATE TABLE c (x integer, a integer, CONSTRAINT ck CHECK (a > 0)) INHERITS (p);
-- to
CREATE TABLE p (a integer, CONSTRAINT ck CHECK (a > 0));
CREATE TABLE c (x integer, a integer, CONSTRAINT ck CHECK (a > 0));
