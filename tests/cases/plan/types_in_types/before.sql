CREATE TYPE mood AS ENUM ('sad', 'fine', 'glad');
CREATE TYPE pair AS (a integer, m mood);
CREATE DOMAIN d_pair AS pair CHECK ((VALUE).a > 0);
CREATE TYPE rng AS RANGE (SUBTYPE = integer);
CREATE TABLE tb_a (p pair, d d_pair, r rng);
CREATE FUNCTION fn_pair(pair) RETURNS SETOF mood LANGUAGE sql AS 'SELECT NULL::mood';
