-- toolkit: renamed from mood
CREATE TYPE feeling AS ENUM ('sad', 'glad');
-- toolkit: renamed from tb_person
CREATE TABLE tb_user (
    id serial PRIMARY KEY,
    -- toolkit: renamed from mail
    email text UNIQUE CHECK (email LIKE '%@%'),
    feel feeling,
    -- toolkit: renamed from ck_feel
    CONSTRAINT ck_feeling CHECK (feel IS NOT NULL),
    CONSTRAINT fk_self FOREIGN KEY (id) REFERENCES tb_user,
    bio text
);
-- toolkit: renamed from idx_mail
CREATE INDEX idx_email ON tb_user (lower(email));
CREATE INDEX ON tb_user (feel);
-- toolkit: renamed from v_person
CREATE VIEW v_user AS SELECT id, email FROM tb_user;
CREATE VIEW v_mail AS SELECT email AS mail FROM v_user;
-- toolkit: renamed from mv_person
CREATE MATERIALIZED VIEW mv_user AS SELECT id FROM v_user;
-- toolkit: renamed from fn_old
CREATE FUNCTION fn_new(p_feel feeling) RETURNS feeling LANGUAGE sql AS 'SELECT p_feel';
CREATE FUNCTION fn_new(p_id integer) RETURNS integer LANGUAGE sql AS 'SELECT p_id';
-- toolkit: renamed from trg_old
CREATE TRIGGER trg_new BEFORE UPDATE ON tb_user FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
