ALTER TABLE t OWNER TO golden_owner;
ALTER FUNCTION f OWNER TO golden_owner;
GRANT SELECT ON t TO "Golden ""2";
GRANT UPDATE (a) ON t TO "Golden ""2";
GRANT EXECUTE ON FUNCTION f TO "Golden ""2";
