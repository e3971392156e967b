-- ==== the word alone
CREATE FUNCTION fn_a() RETURNS void LANGUAGE sql /* stable */ Stable AS 'DELETE FROM tb_a';
-- ==== fixed
CREATE FUNCTION fn_a() RETURNS void LANGUAGE sql /* stable */ VOLATILE AS 'DELETE FROM tb_a';
-- ==== once for several findings
create function fn_a() returns void language sql immutable
as 'delete from tb_a; delete from tb_b; refresh materialized view mv_a';
-- ==== fixed
create function fn_a() returns void language sql volatile
as 'delete from tb_a; delete from tb_b; refresh materialized view mv_a';
