-- Columns that are added, dropped, converted and set.

-- column is new
CREATE TABLE t (a integer);
INSERT INTO t VALUES (1);
-- to
CREATE TABLE t (a integer, b text COLLATE "C");
-- by
ALTER TABLE t ADD COLUMN b text COLLATE pg_catalog."C"

-- column with a constant default is new
CREATE TABLE t (a integer);
INSERT INTO t VALUES (1);
-- to
CREATE TABLE t (a integer, b integer DEFAULT 3 NOT NULL, c timestamptz DEFAULT now());
-- by
ALTER TABLE t ADD COLUMN b integer DEFAULT 3 NOT NULL
ALTER TABLE t ADD COLUMN c timestamp with time zone DEFAULT now()

-- column that nothing fills is new
CREATE TABLE t (a integer);
-- to
CREATE TABLE t (a integer, b integer NOT NULL);
-- by
ALTER TABLE t ADD COLUMN b integer
-- by hand: give every row of t a value for b
ALTER TABLE t ADD CONSTRAINT toolkit_b_not_null CHECK (b IS NOT NULL) NOT VALID
ALTER TABLE t VALIDATE CONSTRAINT toolkit_b_not_null -- alone
ALTER TABLE t ALTER COLUMN b SET NOT NULL -- alone
ALTER TABLE t DROP CONSTRAINT IF EXISTS toolkit_b_not_null -- alone

-- column with an odd name
CREATE TABLE "T ""x" (a integer);
-- to
CREATE TABLE "T ""x" (a integer, "b "" c" integer DEFAULT 5 NOT NULL, "user" integer, "left" text);
-- by
ALTER TABLE "T ""x" ADD COLUMN "b "" c" integer DEFAULT 5 NOT NULL
ALTER TABLE "T ""x" ADD COLUMN "user" integer
ALTER TABLE "T ""x" ADD COLUMN "left" text

-- identity column is new
CREATE TABLE t (a integer);
INSERT INTO t VALUES (1), (2);
-- to
CREATE TABLE t (a integer, b bigint GENERATED ALWAYS AS IDENTITY (START WITH 5 INCREMENT BY 2));
-- by
ALTER TABLE t ADD COLUMN b bigint GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME t_b_seq
    START WITH 5
    INCREMENT BY 2
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
) NOT NULL

-- generated column is new
CREATE TABLE t (a integer);
INSERT INTO t VALUES (1), (2);
-- to
CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED);
-- by
ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS ((a * 2)) STORED

-- column of a domain with a default is new
CREATE DOMAIN d AS integer DEFAULT 4 NOT NULL CHECK (VALUE > 0);
CREATE TABLE t (a integer);
INSERT INTO t VALUES (1);
-- to
CREATE DOMAIN d AS integer DEFAULT 4 NOT NULL CHECK (VALUE > 0);
CREATE TABLE t (a integer, b d NOT NULL);
-- by
ALTER TABLE t ADD COLUMN b d NOT NULL

-- types that widen and narrow
CREATE TABLE t (a integer, b character varying(10), c numeric(10,2), d timestamp(3), e text, f integer[]);
INSERT INTO t VALUES (1, 'b', 3.14, now(), 'e', '{1}');
-- to
CREATE TABLE t (a bigint, b character varying(20), c numeric(12,2), d timestamp, e varchar, f bigint[]);
-- by
ALTER TABLE t ALTER COLUMN a TYPE bigint, ALTER COLUMN b TYPE character varying(20), ALTER COLUMN c TYPE numeric(12,2), ALTER COLUMN d TYPE timestamp without time zone, ALTER COLUMN e TYPE character varying, ALTER COLUMN f TYPE bigint[]

-- type that only lets more in
CREATE TABLE t (a character varying(10), b numeric(5,2), c time(3), d cidr, e text);
CREATE INDEX ON t (a);
INSERT INTO t VALUES ('x', 1, now(), '10.0.0.0/8', 'e');
-- to
CREATE TABLE t (a text, b numeric(7,2), c time(5), d inet, e varchar);
CREATE INDEX ON t (a);
-- by
ALTER TABLE t ALTER COLUMN a TYPE text, ALTER COLUMN b TYPE numeric(7,2), ALTER COLUMN c TYPE time(5) without time zone, ALTER COLUMN d TYPE inet, ALTER COLUMN e TYPE character varying

-- type that a check reads
CREATE TABLE t (a character varying(10), CONSTRAINT ck CHECK (a IS NOT NULL));
INSERT INTO t VALUES ('x');
-- to
CREATE TABLE t (a text, CONSTRAINT ck CHECK (a IS NOT NULL));
-- by
ALTER TABLE t ALTER COLUMN a TYPE text

-- type with a default
CREATE TABLE t (a text DEFAULT 'x');
INSERT INTO t VALUES ('12');
-- to
CREATE TABLE t (a integer DEFAULT 7);
-- by
ALTER TABLE t ALTER COLUMN a DROP DEFAULT, ALTER COLUMN a TYPE integer USING a::integer, ALTER COLUMN a SET DEFAULT 7

-- type under constraints and indexes
CREATE TABLE t (a integer PRIMARY KEY, b character varying(10) CONSTRAINT ck CHECK (b <> ''), c integer REFERENCES t);
CREATE INDEX ON t (b);
INSERT INTO t VALUES (1, 'b', 1);
-- to
CREATE TABLE t (a bigint PRIMARY KEY, b text CONSTRAINT ck CHECK (b <> ''), c bigint REFERENCES t);
CREATE INDEX ON t (b);
-- by
ALTER TABLE ONLY t DROP CONSTRAINT t_c_fkey
ALTER TABLE t DROP CONSTRAINT ck
ALTER TABLE t ALTER COLUMN a TYPE bigint, ALTER COLUMN b TYPE text, ALTER COLUMN c TYPE bigint
ALTER TABLE t ADD CONSTRAINT ck CHECK ((b <> ''::text)) NOT VALID
ALTER TABLE ONLY t ADD CONSTRAINT t_c_fkey FOREIGN KEY (c) REFERENCES t(a) NOT VALID
ALTER TABLE t VALIDATE CONSTRAINT ck -- alone
ALTER TABLE t VALIDATE CONSTRAINT t_c_fkey -- alone

-- type without a cast
CREATE TABLE t (a boolean, b integer);
-- to
CREATE TABLE t (a date, b uuid);
-- by
-- by hand: say how boolean becomes date in column a: no cast does it; say how integer becomes uuid in column b: no cast does it
ALTER TABLE t ALTER COLUMN a TYPE date USING a::text::date, ALTER COLUMN b TYPE uuid USING b::text::uuid

-- type between domain and base
CREATE DOMAIN d AS text CHECK (VALUE <> '');
CREATE TABLE t (a text, b d);
INSERT INTO t VALUES ('a', 'b');
-- to
CREATE DOMAIN d AS text CHECK (VALUE <> '');
CREATE TABLE t (a d, b text);
-- by
ALTER TABLE t ALTER COLUMN a TYPE d, ALTER COLUMN b TYPE text

-- text becomes an enum
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE t (a text DEFAULT 'sad');
INSERT INTO t VALUES ('glad');
-- to
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE t (a mood DEFAULT 'sad');
-- by
ALTER TABLE t ALTER COLUMN a DROP DEFAULT, ALTER COLUMN a TYPE mood USING a::mood, ALTER COLUMN a SET DEFAULT 'sad'::mood

-- collation
CREATE TABLE t (a text PRIMARY KEY);
-- to
CREATE TABLE t (a text COLLATE "C" PRIMARY KEY);
-- by
ALTER TABLE t ALTER COLUMN a TYPE text COLLATE pg_catalog."C"

-- type and storage
CREATE TABLE t (a character varying(10), b text);
-- to
CREATE TABLE t (a text, b character varying(10));
ALTER TABLE t ALTER a SET STORAGE EXTERNAL, ALTER b SET STORAGE MAIN;
-- by
ALTER TABLE t ALTER COLUMN a TYPE text, ALTER COLUMN b TYPE character varying(10)
ALTER TABLE ONLY t ALTER COLUMN a SET STORAGE EXTERNAL
ALTER TABLE ONLY t ALTER COLUMN b SET STORAGE MAIN

-- defaults
CREATE TABLE t (a integer DEFAULT 1, b integer, c text DEFAULT 'x');
-- to
CREATE TABLE t (a integer, b integer DEFAULT 2, c text DEFAULT CASE WHEN true THEN 'y' ELSE 'NOT NULL' END);
-- by
ALTER TABLE ONLY t ALTER COLUMN a DROP DEFAULT
ALTER TABLE ONLY t ALTER COLUMN b SET DEFAULT 2
ALTER TABLE ONLY t ALTER COLUMN c SET DEFAULT CASE
    WHEN true THEN 'y'::text
    ELSE 'NOT NULL'::text
END

-- default of a serial
CREATE TABLE t (a integer NOT NULL);
-- to
CREATE SEQUENCE t_a_seq AS integer;
CREATE TABLE t (a integer DEFAULT nextval('t_a_seq') NOT NULL);
ALTER SEQUENCE t_a_seq OWNED BY t.a;
-- by
CREATE SEQUENCE t_a_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
ALTER SEQUENCE t_a_seq OWNED BY t.a
ALTER TABLE ONLY t ALTER COLUMN a SET DEFAULT nextval('t_a_seq'::regclass)

-- expression of a generated column
CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED);
INSERT INTO t VALUES (1);
CREATE INDEX ix ON t (a);
-- to
CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 3) STORED);
CREATE INDEX ix ON t (a);
-- by
ALTER TABLE t DROP COLUMN b
ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS ((a * 3)) STORED

-- generated column becomes an ordinary one
CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED);
INSERT INTO t VALUES (1);
-- to
CREATE TABLE t (a integer, b integer DEFAULT 5);
-- by
ALTER TABLE t ALTER COLUMN b DROP EXPRESSION
ALTER TABLE ONLY t ALTER COLUMN b SET DEFAULT 5

-- type under a generated column
CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED);
INSERT INTO t VALUES (1);
-- to
CREATE TABLE t (a bigint, b integer GENERATED ALWAYS AS (a * 2) STORED);
-- by
ALTER TABLE t DROP COLUMN b
ALTER TABLE t ALTER COLUMN a TYPE bigint
ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS ((a * 2)) STORED

-- not null
CREATE TABLE t (a integer, b integer NOT NULL, c integer);
INSERT INTO t VALUES (1, 2, 3);
-- to
CREATE TABLE t (a integer NOT NULL, b integer, c integer NOT NULL);
-- by
ALTER TABLE t ADD CONSTRAINT toolkit_a_not_null CHECK (a IS NOT NULL) NOT VALID
ALTER TABLE t ALTER COLUMN b DROP NOT NULL
ALTER TABLE t ADD CONSTRAINT toolkit_c_not_null CHECK (c IS NOT NULL) NOT VALID
ALTER TABLE t VALIDATE CONSTRAINT toolkit_a_not_null -- alone
ALTER TABLE t ALTER COLUMN a SET NOT NULL -- alone
ALTER TABLE t DROP CONSTRAINT IF EXISTS toolkit_a_not_null -- alone
ALTER TABLE t VALIDATE CONSTRAINT toolkit_c_not_null -- alone
ALTER TABLE t ALTER COLUMN c SET NOT NULL -- alone
ALTER TABLE t DROP CONSTRAINT IF EXISTS toolkit_c_not_null -- alone

-- settings of columns
CREATE TABLE t (a text, b text, c numeric);
ALTER TABLE t ALTER a SET STATISTICS 10, ALTER a SET (n_distinct = 5), ALTER b SET COMPRESSION pglz;
ALTER TABLE t ALTER a SET STORAGE PLAIN, ALTER c SET STORAGE EXTERNAL;
-- to
CREATE TABLE t (a text, b text, c numeric);
ALTER TABLE t ALTER b SET STATISTICS 10, ALTER a SET (n_distinct_inherited = 7), ALTER a SET COMPRESSION pglz;
-- by
ALTER TABLE ONLY t ALTER COLUMN a SET STORAGE EXTENDED
ALTER TABLE ONLY t ALTER COLUMN a SET COMPRESSION pglz
ALTER TABLE ONLY t ALTER COLUMN a SET STATISTICS -1
ALTER TABLE ONLY t ALTER COLUMN a SET (n_distinct_inherited=7)
ALTER TABLE ONLY t ALTER COLUMN a RESET (n_distinct)
ALTER TABLE ONLY t ALTER COLUMN b SET COMPRESSION default
ALTER TABLE ONLY t ALTER COLUMN b SET STATISTICS 10
ALTER TABLE ONLY t ALTER COLUMN c SET STORAGE MAIN

-- column is gone with what belongs to it
CREATE TABLE t (a integer, b integer DEFAULT 3, c serial, d integer GENERATED ALWAYS AS IDENTITY);
COMMENT ON COLUMN t.b IS 'x';
GRANT SELECT (b) ON t TO plan_reader;
-- to
CREATE TABLE t (a integer);
-- by
ALTER TABLE t DROP COLUMN b
ALTER TABLE t DROP COLUMN c
ALTER TABLE t DROP COLUMN d
