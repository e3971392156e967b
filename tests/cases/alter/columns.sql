-- Columns that are added, dropped, converted and set.

-- column is new
CREATE TABLE t (a integer);
INSERT INTO t VALUES (1);
-- to
CREATE TABLE t (a integer, b text COLLATE "C");

-- column with a constant default is new
CREATE TABLE t (a integer);
INSERT INTO t VALUES (1);
-- to
CREATE TABLE t (a integer, b integer DEFAULT 3 NOT NULL, c timestamptz DEFAULT now());

-- column that nothing fills is new
CREATE TABLE t (a integer);
-- to
CREATE TABLE t (a integer, b integer NOT NULL);

-- column with an odd name
CREATE TABLE "T ""x" (a integer);
-- to
CREATE TABLE "T ""x" (a integer, "b "" c" integer DEFAULT 5 NOT NULL, "user" integer, "left" text);

-- identity column is new
CREATE TABLE t (a integer);
INSERT INTO t VALUES (1), (2);
-- to
CREATE TABLE t (a integer, b bigint GENERATED ALWAYS AS IDENTITY (START WITH 5 INCREMENT BY 2));

-- generated column is new
CREATE TABLE t (a integer);
INSERT INTO t VALUES (1), (2);
-- to
CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED);

-- column of a domain with a default is new
CREATE DOMAIN d AS integer DEFAULT 4 NOT NULL CHECK (VALUE > 0);
CREATE TABLE t (a integer);
INSERT INTO t VALUES (1);
-- to
CREATE DOMAIN d AS integer DEFAULT 4 NOT NULL CHECK (VALUE > 0);
CREATE TABLE t (a integer, b d NOT NULL);

-- types that widen and narrow
CREATE TABLE t (a integer, b character varying(10), c numeric(10,2), d timestamp(3), e text, f integer[]);
INSERT INTO t VALUES (1, 'b', 3.14, now(), 'e', '{1}');
-- to
CREATE TABLE t (a bigint, b character varying(20), c numeric(12,2), d timestamp, e varchar, f bigint[]);

-- type that only lets more in
CREATE TABLE t (a character varying(10), b numeric(5,2), c time(3), d cidr, e text);
CREATE INDEX ON t (a);
INSERT INTO t VALUES ('x', 1, now(), '10.0.0.0/8', 'e');
-- to
CREATE TABLE t (a text, b numeric(7,2), c time(5), d inet, e varchar);
CREATE INDEX ON t (a);

-- type that a check reads
CREATE TABLE t (a character varying(10), CONSTRAINT ck CHECK (a IS NOT NULL));
INSERT INTO t VALUES ('x');
-- to
CREATE TABLE t (a text, CONSTRAINT ck CHECK (a IS NOT NULL));

-- type with a default
CREATE TABLE t (a text DEFAULT 'x');
INSERT INTO t VALUES ('12');
-- to
CREATE TABLE t (a integer DEFAULT 7);

-- type under constraints and indexes
CREATE TABLE t (a integer PRIMARY KEY, b character varying(10) CONSTRAINT ck CHECK (b <> ''), c integer REFERENCES t);
CREATE INDEX ON t (b);
INSERT INTO t VALUES (1, 'b', 1);
-- to
CREATE TABLE t (a bigint PRIMARY KEY, b text CONSTRAINT ck CHECK (b <> ''), c bigint REFERENCES t);
CREATE INDEX ON t (b);

-- type without a cast
CREATE TABLE t (a boolean, b integer);
-- to
CREATE TABLE t (a date, b uuid);

-- type between domain and base
CREATE DOMAIN d AS text CHECK (VALUE <> '');
CREATE TABLE t (a text, b d);
INSERT INTO t VALUES ('a', 'b');
-- to
CREATE DOMAIN d AS text CHECK (VALUE <> '');
CREATE TABLE t (a d, b text);

-- text becomes an enum
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE t (a text DEFAULT 'sad');
INSERT INTO t VALUES ('glad');
-- to
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE t (a mood DEFAULT 'sad');

-- collation
CREATE TABLE t (a text PRIMARY KEY);
-- to
CREATE TABLE t (a text COLLATE "C" PRIMARY KEY);

-- type and storage
CREATE TABLE t (a character varying(10), b text);
-- to
CREATE TABLE t (a text, b character varying(10));
ALTER TABLE t ALTER a SET STORAGE EXTERNAL, ALTER b SET STORAGE MAIN;

-- defaults
CREATE TABLE t (a integer DEFAULT 1, b integer, c text DEFAULT 'x');
-- to
CREATE TABLE t (a integer, b integer DEFAULT 2, c text DEFAULT CASE WHEN true THEN 'y' ELSE 'NOT NULL' END);

-- default of a serial
CREATE TABLE t (a integer NOT NULL);
-- to
CREATE SEQUENCE t_a_seq AS integer;
CREATE TABLE t (a integer DEFAULT nextval('t_a_seq') NOT NULL);
ALTER SEQUENCE t_a_seq OWNED BY t.a;

-- expression of a generated column
CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED);
INSERT INTO t VALUES (1);
CREATE INDEX ix ON t (a);
-- to
CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 3) STORED);
CREATE INDEX ix ON t (a);

-- generated column becomes an ordinary one
CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED);
INSERT INTO t VALUES (1);
-- to
CREATE TABLE t (a integer, b integer DEFAULT 5);

-- type under a generated column
CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED);
INSERT INTO t VALUES (1);
-- to
CREATE TABLE t (a bigint, b integer GENERATED ALWAYS AS (a * 2) STORED);

-- not null
CREATE TABLE t (a integer, b integer NOT NULL, c integer);
INSERT INTO t VALUES (1, 2, 3);
-- to
CREATE TABLE t (a integer NOT NULL, b integer, c integer NOT NULL);

-- settings of columns
CREATE TABLE t (a text, b text, c numeric);
ALTER TABLE t ALTER a SET STATISTICS 10, ALTER a SET (n_distinct = 5), ALTER b SET COMPRESSION pglz;
ALTER TABLE t ALTER a SET STORAGE PLAIN, ALTER c SET STORAGE EXTERNAL;
-- to
CREATE TABLE t (a text, b text, c numeric);
ALTER TABLE t ALTER b SET STATISTICS 10, ALTER a SET (n_distinct_inherited = 7), ALTER a SET COMPRESSION pglz;

-- column is gone with what belongs to it
CREATE TABLE t (a integer, b integer DEFAULT 3, c serial, d integer GENERATED ALWAYS AS IDENTITY);
COMMENT ON COLUMN t.b IS 'x';
GRANT SELECT (b) ON t TO plan_reader;
-- to
CREATE TABLE t (a integer);
