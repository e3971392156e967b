SET lock_timeout = 0;  -- bad
SET LOCAL "lock_timeout" TO '0s';  -- bad
RESET lock_timeout;  -- bad
SET lock_timeout = DEFAULT;  -- bad
SET SESSION LOCK_TIMEOUT TO '0 min';  -- bad
SET lock_timeout = 0.0;  -- bad
RESET ALL;  -- bad
SELECT set_config('lock_timeout', '0', false);  -- bad
SELECT pg_catalog.set_config('Lock_Timeout', '0s'::text, true) AS was, 1;  -- bad
DO $$ BEGIN
    SET LOCAL lock_timeout = 0;  -- bad
    PERFORM set_config('lock_timeout', '0', true);  -- bad
END $$;
