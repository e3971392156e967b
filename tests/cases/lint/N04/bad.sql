CREATE FUNCTION refresh() RETURNS void LANGUAGE sql AS 'SELECT';  -- bad
CREATE OR REPLACE FUNCTION app."Fn_a"(int) RETURNS int RETURN $1;  -- bad
CREATE PROCEDURE cleanup() LANGUAGE plpgsql AS 'BEGIN COMMIT; END';  -- bad
CREATE FUNCTION trg_a() RETURNS void LANGUAGE sql AS 'SELECT';  -- bad: no trigger function
CREATE FUNCTION on_end() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';  -- bad
