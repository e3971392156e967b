SET LOCAL lock_timeout = '2s';
SET lock_timeout TO 500;
SET statement_timeout = 0;
SET search_path = app;
SET lock_timeout TO '0.5 s';
SET lock_timeout = '10ms';
SET LOCAL lock_timeout FROM CURRENT;
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;
RESET statement_timeout;
