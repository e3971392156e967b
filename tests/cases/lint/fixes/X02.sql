-- ==== a comment on a line of its own goes with the line
-- toolkit: allow J03 x
SELECT 1;
-- ==== fixed
SELECT 1;
-- ==== one behind a statement goes with the space before it
SELECT 1;  -- toolkit: allow J03 x
-- ==== fixed
SELECT 1;
-- ==== one for the file, in the last line
SELECT 1;
  -- toolkit: allow-file J03 x
-- ==== fixed
SELECT 1;
-- ==== several codes of no use
SELECT -- toolkit: allow J03, J04: x
  1;
-- ==== fixed
SELECT
  1;
-- ==== codes that are of use, or unknown, stay
-- toolkit: allow J04 ,J03, Z99  why
SELECT jsonb_build_object('a');
-- ==== fixed
-- toolkit: allow J03, Z99  why
SELECT jsonb_build_object('a');
-- ==== in a body
DO $x$ BEGIN
  NULL; -- toolkit: allow P01 a
  -- toolkit: allow P06 b
END $x$;
-- ==== fixed
DO $x$ BEGIN
  NULL;
END $x$;
-- ==== in a string that is no body
COMMENT ON TABLE tb_a IS $$
-- toolkit: allow J03 as data
$$;
-- ==== with the end of a body in it
DO $$ BEGIN NULL; END; -- toolkit: allow P01 behind the end $$;
