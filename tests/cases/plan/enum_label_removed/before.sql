CREATE TYPE mood AS ENUM ('sad', 'fine', 'glad');
CREATE TABLE tb_user (id integer PRIMARY KEY, feel mood DEFAULT 'sad' NOT NULL, all_of mood[]);
CREATE INDEX idx_sad ON tb_user (id) WHERE feel = 'sad';
CREATE VIEW v_sad AS SELECT id, feel FROM tb_user WHERE feel = 'sad';
CREATE FUNCTION fn_feel(p_feel mood) RETURNS mood LANGUAGE sql AS 'SELECT p_feel';
COMMENT ON TYPE mood IS 'a mood';
