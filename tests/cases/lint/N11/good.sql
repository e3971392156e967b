CREATE TABLE Tb_Post (CreatedAt timestamptz, "quoted_though" int, prénom text, _x int, a__b int, c$d int);
CREATE VIEW V_POST AS SELECT 1 AS "anyThing";
CREATE OPERATOR ~~~ (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq);
CREATE OPERATOR CLASS app.int_ops FOR TYPE int USING btree AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int);
CREATE FUNCTION FN_A(P_Id int) RETURNS TABLE (Id uuid) LANGUAGE sql AS 'SELECT NULL';
CREATE COLLATION german (provider = icu, locale = 'de-DE');
CREATE CAST (text AS int) WITH INOUT;
