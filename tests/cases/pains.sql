-- What users of other tools met with, as a state before and one after; the links lead to their reports.

-- https://github.com/olirice/alembic_utils/issues/116: a changed view under a chain of three
CREATE VIEW a AS SELECT id FROM tb_user; CREATE VIEW b AS SELECT id FROM a; CREATE VIEW c AS SELECT id FROM b;
-- to
CREATE VIEW a AS SELECT name, id FROM tb_user; CREATE VIEW b AS SELECT id FROM a;
CREATE VIEW c AS SELECT id FROM b;

-- https://github.com/olirice/alembic_utils/issues/149: a replaced view with dependents
CREATE VIEW a AS SELECT id FROM tb_user; CREATE VIEW b AS SELECT id FROM a;
-- to
CREATE VIEW a AS SELECT id FROM tb_user WHERE n > 0; CREATE VIEW b AS SELECT id FROM a;

-- https://github.com/stripe/pg-schema-diff/issues/280: the type of a column under views
CREATE TABLE t (n integer); CREATE VIEW a AS SELECT n FROM t; CREATE VIEW b AS SELECT n FROM a;
-- to
CREATE TABLE t (n bigint); CREATE VIEW a AS SELECT n FROM t; CREATE VIEW b AS SELECT n FROM a;

-- https://github.com/olirice/alembic_utils/issues/41: a view on a table of the same revision
SELECT;
-- to
CREATE TABLE t (n integer); CREATE VIEW a AS SELECT n FROM t;

-- https://github.com/djrobstep/migra/issues/194: the index of a materialised view
CREATE VIEW a AS SELECT id FROM tb_user; CREATE MATERIALIZED VIEW m AS SELECT id FROM a;
CREATE UNIQUE INDEX i ON m (id);
-- to
CREATE VIEW a AS SELECT name, id FROM tb_user; CREATE MATERIALIZED VIEW m AS SELECT id FROM a;
CREATE UNIQUE INDEX i ON m (id);

-- https://github.com/djrobstep/migra/issues/234: security_invoker, without which row security is bypassed
CREATE VIEW a WITH (security_invoker) AS SELECT id FROM tb_user;
-- to
CREATE VIEW a WITH (security_invoker) AS SELECT name, id FROM tb_user;

-- https://github.com/djrobstep/migra/issues/160: the owner of a view
CREATE VIEW a AS SELECT id FROM tb_user; ALTER VIEW a OWNER TO pain_role;
-- to
CREATE VIEW a AS SELECT name, id FROM tb_user; ALTER VIEW a OWNER TO pain_role;

-- https://github.com/djrobstep/migra/issues/158: a function that takes rows of a view
CREATE VIEW a AS SELECT id FROM tb_user; CREATE FUNCTION f(a) RETURNS integer LANGUAGE sql AS 'SELECT 1';
-- to
CREATE VIEW a AS SELECT name, id FROM tb_user; CREATE FUNCTION f(a) RETURNS integer LANGUAGE sql AS 'SELECT 1';

-- https://github.com/pgplex/pgschema/issues/480: a table, a view on it, a function that returns its rows
CREATE TABLE t (n integer); CREATE VIEW a AS SELECT n FROM t;
CREATE FUNCTION f() RETURNS SETOF a LANGUAGE sql AS 'TABLE a';
-- to
CREATE TABLE t (n integer, m integer); CREATE VIEW a AS SELECT m, n FROM t;
CREATE FUNCTION f() RETURNS SETOF a LANGUAGE sql AS 'TABLE a';

-- https://github.com/djrobstep/migra/issues/143: views that are dropped
CREATE VIEW z AS SELECT id FROM tb_user; CREATE VIEW m AS SELECT id FROM z; CREATE VIEW a AS SELECT id FROM m;
-- to
SELECT;

-- https://github.com/djrobstep/migra/issues/156: GROUP BY the primary key
CREATE TABLE t (id integer, name text);
-- to
CREATE TABLE t (id integer PRIMARY KEY, name text); CREATE VIEW a AS SELECT id, name FROM t GROUP BY id;
CREATE VIEW b AS SELECT name FROM a;

-- https://github.com/supabase/supabase/issues/19448: rights to columns
CREATE VIEW a AS SELECT id FROM tb_user; GRANT SELECT (id) ON a TO pain_role;
-- to
CREATE VIEW a AS SELECT name, id FROM tb_user; GRANT SELECT (id), UPDATE (id) ON a TO pain_role;
GRANT SELECT (name) ON tb_user TO pain_role;

-- https://github.com/stripe/pg-schema-diff/issues/284: a view that calls a function
SELECT;
-- to
CREATE FUNCTION z(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE VIEW a AS SELECT z(id) FROM tb_user;

-- https://github.com/stripe/pg-schema-diff/issues/212: a generated column is no default
CREATE TABLE t (n integer);
-- to
CREATE TABLE t (n integer, d integer GENERATED ALWAYS AS (n * 2) STORED);

-- https://github.com/pgplex/pgschema/issues/414: a new column, and a view that reads it
CREATE TABLE t (n integer); CREATE VIEW a AS SELECT n FROM t;
-- to
CREATE TABLE t (n integer, m integer); CREATE VIEW a AS SELECT n, m FROM t;

-- https://github.com/pgplex/pgschema/issues/601: the result of a function that a view calls
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE VIEW a AS SELECT f() AS f;
-- to
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'; CREATE VIEW a AS SELECT f() AS f;

-- https://github.com/pgplex/pgschema/issues/463: materialised views among what depends
CREATE VIEW a AS SELECT id FROM tb_user; CREATE MATERIALIZED VIEW m AS SELECT id FROM a;
CREATE VIEW b AS SELECT id FROM m; CREATE MATERIALIZED VIEW l AS SELECT id FROM b;
-- to
CREATE VIEW a AS SELECT name, id FROM tb_user; CREATE MATERIALIZED VIEW m AS SELECT id FROM a;
CREATE VIEW b AS SELECT id FROM m; CREATE MATERIALIZED VIEW l AS SELECT id FROM b;

-- https://github.com/fraiseql/confiture, CHANGELOG #80 and #174: arrays in signatures, overloads that stay
CREATE FUNCTION f(a integer[], b text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
-- to
CREATE FUNCTION f(a integer[], b text, c jsonb DEFAULT '[1, 2]') RETURNS integer LANGUAGE sql AS 'SELECT 1';
