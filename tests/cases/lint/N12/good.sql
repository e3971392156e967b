CREATE TABLE tb_abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz_abcdef (id int);
CREATE TABLE tb_é_é_é_é_é_é_é_é_é_é_é_é_é_é_é (id int);
SELECT 'a text that goes on and on for more than sixty three bytes, which no name may, and a string may';
CREATE VIEW v_a AS SELECT 1 AS id, 2 AS data;
