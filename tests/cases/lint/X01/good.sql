\set size 10
\if :{?size}
CREATE TABLE :schema.tb_a (id int, "two :words" text DEFAULT ':x');
\endif
INSERT INTO tb_a VALUES (:size, :'name', :"column", '{1,2}'::int[], (ARRAY[1, 2])[1:2]);
COPY tb_a (id) FROM stdin;
1	it's not SQL ( '
\.
SELECT 1 \gset
\echo 'unfinished (
SELECT E'it\'s', U&'\0041', $a$ $$ $a$, 'two
lines' \g
CREATE FUNCTION fn_a(p app.t, VARIADIC q app.u[], OUT r app.v, OUT s int) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE v app.t%ROWTYPE; /* of it */ w app.u[]; -- x
    z "App"."Type"; c CURSOR (n int) FOR SELECT n;
BEGIN
    <<outer>> LOOP EXIT outer WHEN v.a > 1; END LOOP;
    v.a := 1; w[2] := NULL; z := NULL;
    RETURN NEXT;
END $$;
CREATE FUNCTION fn_b() RETURNS int LANGUAGE plpython3u AS $$ if True: return 1 $$;
CREATE FUNCTION fn_c() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;
