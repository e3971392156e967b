-- What depends on what in ways that have to be taken apart; edges.txt holds the answer.
CREATE TABLE u (id integer PRIMARY KEY, name text, x integer);
CREATE TABLE p (id integer PRIMARY KEY, u integer REFERENCES u);
-- A view that needs a primary key, and one that is written on top of it.
CREATE VIEW vg WITH (security_barrier) AS
    SELECT u.id, u.name, count(*) AS n FROM u JOIN p ON p.u = u.id GROUP BY u.id;
CREATE VIEW vg2 AS SELECT id FROM vg;
COMMENT ON VIEW vg IS 'c';
COMMENT ON COLUMN vg.n IS 'count';
ALTER VIEW vg ALTER name SET DEFAULT 'x';
CREATE TRIGGER ti INSTEAD OF INSERT ON vg FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE MATERIALIZED VIEW mg AS SELECT u.id, u.name, count(*) AS n FROM u GROUP BY u.id;
CREATE UNIQUE INDEX mg_id ON mg (id);
CREATE FUNCTION fg() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM (SELECT u.id, u.name FROM u GROUP BY u.id) s; END;
-- A view and a function of its rows that it calls.
CREATE VIEW vf AS SELECT id, x FROM u;
CREATE FUNCTION ff(v vf) RETURNS integer LANGUAGE sql AS 'SELECT v.x';
CREATE OR REPLACE VIEW vf AS SELECT id, x, ff(NULL::vf) AS y FROM u;
-- A table and functions of its rows, in a CHECK, a default and a generated column; arrays of rows.
CREATE TABLE d (id serial, a integer, CONSTRAINT ck_a CHECK (a > 0));
CREATE FUNCTION fd(d) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1.a';
ALTER TABLE d ADD CONSTRAINT ck_fd CHECK (fd(d) > 0);
COMMENT ON CONSTRAINT ck_a ON d IS 'inline';
CREATE FUNCTION fi(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE TABLE e (a integer DEFAULT fi(1), b integer GENERATED ALWAYS AS (fi(a)) STORED, rows u[], CHECK (fi(a) > 0));
CREATE FUNCTION fe(e) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1.a';
ALTER TABLE e ALTER a SET DEFAULT fe(NULL);
CREATE INDEX ix_fi ON e (fi(a)) WHERE fi(a) > 0;
CREATE DOMAIN dom AS integer CONSTRAINT ck_dom CHECK (fi(VALUE) > 0);
-- What the archive names by halves.
CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq);
COMMENT ON OPERATOR === (integer, integer) IS 'op';
CREATE OPERATOR CLASS oc FOR TYPE integer USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(integer);
CREATE OPERATOR CLASS oc FOR TYPE integer USING btree AS OPERATOR 3 =, FUNCTION 1 btint4cmp(integer, integer);
CREATE TYPE bt;
CREATE FUNCTION bt_in(cstring) RETURNS bt LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION bt_out(bt) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE bt (INPUT = bt_in, OUTPUT = bt_out, LIKE = text);
CREATE TYPE rng AS RANGE (SUBTYPE = float8);
CREATE TYPE ct AS (a integer, r rng);
CREATE TABLE typed OF ct (PRIMARY KEY (a));
CREATE FOREIGN DATA WRAPPER fdw1;
CREATE SERVER srv1 FOREIGN DATA WRAPPER fdw1;
CREATE USER MAPPING FOR PUBLIC SERVER srv1;
CREATE FOREIGN TABLE ft (a integer) SERVER srv1;
-- Partitions and children.
CREATE TABLE pp (a integer PRIMARY KEY, b integer) PARTITION BY RANGE (a);
CREATE TABLE pp1 PARTITION OF pp FOR VALUES FROM (1) TO (10);
CREATE INDEX pp_b ON pp (b);
CREATE TABLE rf (a integer REFERENCES pp);
CREATE TABLE parent (a integer);
CREATE TABLE child (c integer) INHERITS (parent);
CREATE SCHEMA "s ""1";
CREATE TABLE "s ""1"."t.1" ("c.1" integer);
COMMENT ON COLUMN "s ""1"."t.1"."c.1" IS 'x';
CREATE PUBLICATION pu1 FOR TABLES IN SCHEMA "s ""1";
CREATE POLICY po ON u USING (id IN (SELECT a FROM e));
