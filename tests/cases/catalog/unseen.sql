-- Ways to the same database. Two databases made from the parts of one case are equal.

-- order of columns
ALTER TABLE tb_user ADD new text DEFAULT 'a, b', ADD newer integer;
ALTER TABLE tb_user ALTER newer SET STATISTICS 5, ALTER new SET STATISTICS 6;
-- or
ALTER TABLE tb_user ADD newer integer, ADD new text DEFAULT 'a, b';
ALTER TABLE tb_user ALTER newer SET STATISTICS 5, ALTER new SET STATISTICS 6;

-- order of columns in statistics and publications
CREATE TABLE x (a int, b int, c int);
CREATE STATISTICS s ON a, b, (c * 2) FROM x;
ALTER PUBLICATION pu_all ADD TABLE x (a, b) WHERE (a > 1 AND b > 1);
-- or
CREATE TABLE x (b int, c int, a int);
CREATE STATISTICS s ON b, (c * 2), a FROM x;
ALTER PUBLICATION pu_all ADD TABLE x (b, a) WHERE (a > 1 AND b > 1);

-- object identifiers
CREATE TABLE x (a int);
DROP TABLE x;
-- or

-- order of grants
GRANT SELECT ON tb_post TO catalog_reader;
GRANT INSERT, UPDATE ON tb_post TO catalog_writer;
-- or
GRANT UPDATE ON tb_post TO catalog_writer;
GRANT SELECT ON tb_post TO catalog_reader;
GRANT INSERT ON tb_post TO catalog_writer;

-- rights that are the default
GRANT ALL ON sq TO CURRENT_USER;
GRANT EXECUTE ON FUNCTION fn_touch TO PUBLIC;
-- or

-- what the toolkit keeps
CREATE SCHEMA toolkit;
CREATE TABLE toolkit.ledger (a int);
GRANT USAGE ON SCHEMA toolkit TO catalog_reader;
COMMENT ON TABLE toolkit.ledger IS 'x';
CREATE TABLE alembic_version (v text PRIMARY KEY);
GRANT SELECT ON alembic_version TO catalog_reader;
-- or

-- names of NOT NULL constraints that PostgreSQL made
CREATE TABLE x (a int NOT NULL);
ALTER TABLE x RENAME TO y;
ALTER TABLE y RENAME a TO b;
-- or
CREATE TABLE y (b int NOT NULL);

-- rows and population
INSERT INTO tb_user (mail) VALUES ('a@b');
REFRESH MATERIALIZED VIEW mv_user;
SELECT nextval('sq');
-- or

-- properties of the database
DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS $c$x$c$;
GRANT TEMP ON DATABASE %1$I TO catalog_reader;
ALTER DATABASE %1$I SET work_mem = 64', current_database()); END $$;
-- or
