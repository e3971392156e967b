ALTER SCHEMA public OWNER TO golden_owner;
COMMENT ON SCHEMA public IS 'x';
