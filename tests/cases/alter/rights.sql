-- Rights, default privileges and comments.

-- rights on a table
CREATE TABLE t (a integer, b integer);
GRANT SELECT, INSERT ON t TO plan_reader;
GRANT ALL ON t TO plan_writer;
GRANT SELECT (a) ON t TO plan_writer;
GRANT UPDATE (b) ON t TO plan_reader;
-- to
CREATE TABLE t (a integer, b integer);
GRANT SELECT, UPDATE ON t TO plan_reader;
GRANT SELECT ON t TO plan_writer WITH GRANT OPTION;
GRANT SELECT (a), UPDATE (a) ON t TO plan_writer;
-- by
REVOKE UPDATE(b) ON TABLE t FROM plan_reader
REVOKE ALL ON TABLE t FROM plan_writer
REVOKE INSERT ON TABLE t FROM plan_reader
GRANT UPDATE ON TABLE t TO plan_reader
GRANT SELECT ON TABLE t TO plan_writer WITH GRANT OPTION
GRANT SELECT(a) ON TABLE t TO plan_writer
GRANT UPDATE(a) ON TABLE t TO plan_writer

-- rights of owner and public
CREATE TABLE t (a integer);
CREATE FUNCTION f(p_a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION g() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TYPE mood AS ENUM ('sad');
REVOKE ALL ON FUNCTION g FROM PUBLIC;
GRANT EXECUTE ON FUNCTION f TO plan_reader;
-- to
CREATE TABLE t (a integer);
REVOKE DELETE ON t FROM postgres;
CREATE FUNCTION f(p_a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION g() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TYPE mood AS ENUM ('sad');
REVOKE ALL ON TYPE mood FROM PUBLIC;
REVOKE ALL ON FUNCTION f FROM PUBLIC;
GRANT EXECUTE ON FUNCTION f TO plan_reader, plan_writer;
-- by
GRANT ALL ON FUNCTION g() TO PUBLIC
REVOKE ALL ON TYPE mood FROM PUBLIC
REVOKE ALL ON FUNCTION f(p_a integer) FROM PUBLIC
GRANT ALL ON FUNCTION f(p_a integer) TO plan_writer
REVOKE ALL ON TABLE t FROM postgres
GRANT ALL ON TABLE t TO postgres
REVOKE DELETE ON TABLE t FROM postgres

-- rights that were passed on
CREATE TABLE t (a integer);
GRANT SELECT ON t TO plan_writer WITH GRANT OPTION;
GRANT USAGE ON SCHEMA rights_02 TO plan_writer, plan_reader;
SET SESSION AUTHORIZATION plan_writer;
GRANT SELECT ON t TO plan_reader;
RESET SESSION AUTHORIZATION;
-- to
CREATE TABLE t (a integer);
GRANT SELECT ON t TO plan_writer;
GRANT USAGE ON SCHEMA rights_02 TO plan_writer, plan_reader;
-- by
SET SESSION AUTHORIZATION plan_writer
REVOKE SELECT ON TABLE t FROM plan_reader
RESET SESSION AUTHORIZATION
REVOKE GRANT OPTION FOR SELECT ON TABLE t FROM plan_writer

-- owner and rights
CREATE TABLE t (a integer);
CREATE FUNCTION f(p_a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
REVOKE DELETE ON t FROM postgres;
GRANT SELECT ON t TO plan_reader;
REVOKE ALL ON FUNCTION f FROM postgres;
-- to
CREATE TABLE t (a integer);
CREATE FUNCTION f(p_a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER TABLE t OWNER TO plan_owner;
ALTER FUNCTION f OWNER TO plan_owner;
GRANT SELECT ON t TO plan_reader;
REVOKE ALL ON FUNCTION f FROM plan_owner;
-- by
ALTER FUNCTION f(p_a integer) OWNER TO plan_owner
ALTER TABLE t OWNER TO plan_owner
GRANT ALL ON TABLE t TO plan_owner

-- default privileges
ALTER DEFAULT PRIVILEGES IN SCHEMA rights_04 GRANT SELECT ON TABLES TO plan_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE plan_owner IN SCHEMA rights_04 GRANT EXECUTE ON FUNCTIONS TO plan_reader;
-- to
ALTER DEFAULT PRIVILEGES IN SCHEMA rights_04 GRANT SELECT, INSERT ON TABLES TO plan_writer WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE plan_owner IN SCHEMA rights_04 GRANT USAGE ON SEQUENCES TO plan_reader;
-- by
ALTER DEFAULT PRIVILEGES FOR ROLE plan_owner IN SCHEMA rights_04 REVOKE ALL ON FUNCTIONS FROM plan_reader
ALTER DEFAULT PRIVILEGES FOR ROLE plan_owner IN SCHEMA rights_04 GRANT USAGE ON SEQUENCES TO plan_reader
ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA rights_04 REVOKE SELECT ON TABLES FROM plan_reader
ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA rights_04 GRANT SELECT, INSERT ON TABLES TO plan_writer WITH GRANT OPTION

-- rights on a schema and a sequence
CREATE SEQUENCE s;
GRANT ALL ON SCHEMA rights_05 TO plan_reader;
GRANT USAGE ON SEQUENCE s TO plan_reader;
-- to
CREATE SEQUENCE s;
GRANT USAGE ON SCHEMA rights_05 TO plan_reader;
GRANT ALL ON SEQUENCE s TO plan_reader;
-- by
REVOKE ALL ON SCHEMA rights_05 FROM plan_reader
GRANT USAGE ON SCHEMA rights_05 TO plan_reader
REVOKE USAGE ON SEQUENCE s FROM plan_reader
GRANT ALL ON SEQUENCE s TO plan_reader

-- comments
CREATE TABLE t (a integer, b integer, CONSTRAINT ck CHECK (a > 0));
COMMENT ON TABLE t IS 'it IS ''this''';
COMMENT ON COLUMN t.a IS E'two\nlines';
COMMENT ON CONSTRAINT ck ON t IS 'x';
-- to
CREATE TABLE t (a integer, b integer, CONSTRAINT ck CHECK (a > 0));
COMMENT ON TABLE t IS 'it IS ''that''';
COMMENT ON COLUMN t.b IS 'b';
-- by
COMMENT ON CONSTRAINT ck ON t IS NULL
COMMENT ON COLUMN t.a IS NULL
COMMENT ON TABLE t IS 'it IS ''that'''
COMMENT ON COLUMN t.b IS 'b'

-- rights to a column that is new, while those to another one go
CREATE TABLE t (a integer, b integer);
GRANT SELECT (a), SELECT (b) ON t TO plan_reader;
-- to
CREATE TABLE t (a integer, b integer, c integer);
GRANT SELECT (b), SELECT (c) ON t TO plan_reader;
-- by
REVOKE SELECT(a) ON TABLE t FROM plan_reader
ALTER TABLE t ADD COLUMN c integer
GRANT SELECT(c) ON TABLE t TO plan_reader
