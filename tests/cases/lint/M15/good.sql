SET LOCAL lock_timeout = '2s';
SET lock_timeout TO 500;
SET statement_timeout = 0;
SET search_path = app;
SET lock_timeout TO '0.5 s';
SET lock_timeout = '10ms';
SET LOCAL lock_timeout FROM CURRENT;
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;
RESET statement_timeout;
SELECT set_config('lock_timeout', '2s', true);
SELECT set_config('statement_timeout', '0', true), other.set_config('lock_timeout');
SELECT set_config('lock_timeout', current_setting('app.lock_timeout'), true);
DO $$ BEGIN
    PERFORM set_config('lock_timeout', '500', true);
END $$;
