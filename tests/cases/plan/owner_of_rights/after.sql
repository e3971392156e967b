ALTER TABLE t OWNER TO "Golden ""2";
ALTER FUNCTION f OWNER TO "Golden ""2";
GRANT SELECT ON t TO golden_owner;
GRANT UPDATE (b) ON t TO golden_owner;
REVOKE DELETE ON t FROM "Golden ""2";
