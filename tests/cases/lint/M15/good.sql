SET LOCAL lock_timeout = '2s';
SET lock_timeout TO 500;
SET statement_timeout = 0;
SET search_path = app;
