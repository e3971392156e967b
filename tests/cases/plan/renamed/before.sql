CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE tb_person (
    id serial PRIMARY KEY,
    mail text UNIQUE CHECK (mail LIKE '%@%'),
    feel mood,
    CONSTRAINT ck_feel CHECK (feel IS NOT NULL),
    CONSTRAINT fk_self FOREIGN KEY (id) REFERENCES tb_person
);
CREATE INDEX idx_mail ON tb_person (lower(mail));
CREATE INDEX ON tb_person (feel);
CREATE VIEW v_person AS SELECT id, mail FROM tb_person;
CREATE VIEW v_mail AS SELECT mail FROM v_person;
CREATE MATERIALIZED VIEW mv_person AS SELECT id FROM v_person;
CREATE FUNCTION fn_old(p_feel mood) RETURNS mood LANGUAGE sql AS 'SELECT p_feel';
CREATE FUNCTION fn_old(p_id integer) RETURNS integer LANGUAGE sql AS 'SELECT p_id';
CREATE TRIGGER trg_old BEFORE UPDATE ON tb_person FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
INSERT INTO tb_person (mail, feel) VALUES ('a@b', 'sad');
