CREATE FUNCTION ok(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE TYPE r AS RANGE (subtype = bigint);
CREATE TABLE t (id integer PRIMARY KEY, x r DEFAULT '[1,2)', CONSTRAINT k CHECK (lower(x) > 0), UNIQUE (x));
CREATE INDEX i ON t USING gist (x);
CREATE INDEX j ON t (upper(x));
