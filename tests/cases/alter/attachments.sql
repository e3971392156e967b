-- What belongs to tables and is set rather than made.

-- default with an entry of its own
CREATE SEQUENCE s;
CREATE TABLE t (a bigint DEFAULT nextval('s'), b bigint);
ALTER SEQUENCE s OWNED BY t.b;
-- to
CREATE SEQUENCE s;
CREATE TABLE t (a bigint DEFAULT nextval('s') * 2, b bigint);
ALTER SEQUENCE s OWNED BY t.b;
-- by
ALTER TABLE ONLY t ALTER COLUMN a SET DEFAULT (nextval('s'::regclass) * 2)

-- policies
CREATE TABLE t (a integer, b text);
CREATE POLICY po ON t FOR UPDATE USING (b = 'x');
CREATE POLICY "po roles" ON t AS RESTRICTIVE TO plan_reader, plan_writer USING (a > 0) WITH CHECK (a > 1);
CREATE POLICY po_kind ON t USING (a > 0);
CREATE POLICY po_less ON t USING (a > 0) WITH CHECK (a > 1);
-- to
CREATE TABLE t (a integer, b text);
CREATE POLICY po ON t FOR UPDATE USING (b = 'y') WITH CHECK (b <> 'z');
CREATE POLICY "po roles" ON t AS RESTRICTIVE USING (a > 0) WITH CHECK (a > 2);
CREATE POLICY po_kind ON t FOR DELETE USING (a > 0);
CREATE POLICY po_less ON t USING (a > 0);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
-- by
DROP POLICY po_less ON t
DROP POLICY po_kind ON t
ALTER POLICY po ON t USING ((b = 'y'::text)) WITH CHECK ((b <> 'z'::text))
ALTER POLICY "po roles" ON t TO PUBLIC WITH CHECK ((a > 2))
CREATE POLICY po_kind ON t FOR DELETE USING ((a > 0))
CREATE POLICY po_less ON t USING ((a > 0))
ALTER TABLE t ENABLE ROW LEVEL SECURITY

-- triggers and rules that are switched
CREATE TABLE t (a integer);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE TRIGGER tr_off BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE TRIGGER tr_changes BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE RULE ru AS ON INSERT TO t DO ALSO NOTHING;
ALTER TABLE t DISABLE TRIGGER tr_off, DISABLE TRIGGER tr_changes;
-- to
CREATE TABLE t (a integer);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE TRIGGER tr_off BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE TRIGGER tr_changes AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f('x');
CREATE RULE ru AS ON INSERT TO t DO ALSO NOTHING;
ALTER TABLE t ENABLE ALWAYS TRIGGER tr, DISABLE RULE ru, ENABLE REPLICA TRIGGER tr_changes;
-- by
ALTER TABLE t DISABLE RULE ru
ALTER TABLE t ENABLE ALWAYS TRIGGER tr
CREATE OR REPLACE TRIGGER tr_changes AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f('x')
ALTER TABLE t ENABLE REPLICA TRIGGER tr_changes
ALTER TABLE t ENABLE TRIGGER tr_off

-- statistics
CREATE TABLE t (a integer, b integer);
CREATE STATISTICS st ON a, b FROM t;
CREATE STATISTICS st_off ON a, b FROM t;
CREATE STATISTICS st_changes (ndistinct) ON a, b FROM t;
ALTER STATISTICS st_off SET STATISTICS 50;
-- to
CREATE TABLE t (a integer, b integer);
CREATE STATISTICS st ON a, b FROM t;
CREATE STATISTICS st_off ON a, b FROM t;
CREATE STATISTICS st_changes (mcv) ON a, b FROM t;
ALTER STATISTICS st SET STATISTICS 70;
-- by
DROP STATISTICS st_changes
ALTER STATISTICS st SET STATISTICS 70
CREATE STATISTICS st_changes (mcv) ON a, b FROM t
ALTER STATISTICS st_off SET STATISTICS -1

-- options of a materialised view
CREATE TABLE t (a integer, b text);
CREATE MATERIALIZED VIEW mv WITH (fillfactor = 70) AS SELECT a, b FROM t;
-- to
CREATE TABLE t (a integer, b text);
CREATE MATERIALIZED VIEW mv WITH (fillfactor = 80, autovacuum_enabled = off) AS SELECT a, b FROM t;
ALTER MATERIALIZED VIEW mv ALTER a SET STATISTICS 30;
-- by
ALTER MATERIALIZED VIEW mv SET (fillfactor='80', autovacuum_enabled=off)
ALTER TABLE ONLY mv ALTER COLUMN a SET STATISTICS 30

-- publication
CREATE TABLE t (a integer PRIMARY KEY, b text, c text);
CREATE PUBLICATION attachments_05_pub FOR TABLE t (a, b) WITH (publish = 'insert');
-- to
CREATE TABLE t (a integer PRIMARY KEY, b text, c text);
CREATE PUBLICATION attachments_05_pub FOR TABLE t (a, c) WHERE (a > 3) WITH (publish = 'insert, update');
-- by
ALTER PUBLICATION attachments_05_pub SET (publish = 'insert, update')
ALTER PUBLICATION attachments_05_pub DROP TABLE t
ALTER PUBLICATION attachments_05_pub ADD TABLE ONLY t (a, c) WHERE ((a > 3))

-- server and user mapping
CREATE SERVER attachments_06 FOREIGN DATA WRAPPER plan_wrapper OPTIONS (a '1', b '2');
CREATE USER MAPPING FOR plan_reader SERVER attachments_06 OPTIONS (a '1');
-- to
CREATE SERVER attachments_06 FOREIGN DATA WRAPPER plan_wrapper OPTIONS (b '3', c '4');
CREATE USER MAPPING FOR plan_reader SERVER attachments_06 OPTIONS (b '1');
-- by
ALTER SERVER attachments_06 OPTIONS (SET b '3', ADD c '4', DROP a)
ALTER USER MAPPING FOR plan_reader SERVER attachments_06 OPTIONS (ADD b '1', DROP a)
