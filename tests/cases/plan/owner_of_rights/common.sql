DO $$ BEGIN CREATE ROLE golden_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "Golden ""2"; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE TABLE t (a integer, b text);
CREATE FUNCTION f() RETURNS void LANGUAGE sql AS '';
REVOKE ALL ON FUNCTION f FROM PUBLIC;
