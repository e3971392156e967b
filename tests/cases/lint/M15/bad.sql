SET lock_timeout = 0;  -- bad
SET LOCAL "lock_timeout" TO '0s';  -- bad
RESET lock_timeout;  -- bad
SET lock_timeout = DEFAULT;  -- bad
SET SESSION LOCK_TIMEOUT TO '0 min';  -- bad
SET lock_timeout = 0.0;  -- bad
RESET ALL;  -- bad
