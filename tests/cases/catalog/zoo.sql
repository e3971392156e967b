-- Objects of many kinds; the changes of seen.sql and unseen.sql start from here.

DO $$ BEGIN
    CREATE ROLE catalog_reader; CREATE ROLE catalog_writer; CREATE ROLE catalog_owner;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TYPE pair AS (a integer, b text);
CREATE DOMAIN email AS text NOT NULL CONSTRAINT ck_email CHECK (VALUE LIKE '%@%');
CREATE SEQUENCE sq INCREMENT 2;
CREATE FUNCTION fn_twice(p_a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT p_a * 2';
CREATE FUNCTION fn_touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TABLE tb_user (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL DEFAULT 'a, (''b''',
    mail email,
    twice integer GENERATED ALWAYS AS (id * 2) STORED,
    CONSTRAINT ck_name CHECK (CASE WHEN name = 'x' THEN false ELSE true END),
    CONSTRAINT uq_mail UNIQUE (mail)
);
CREATE TABLE tb_post (
    id integer PRIMARY KEY,
    author integer NOT NULL CONSTRAINT fk_author REFERENCES tb_user (id),
    feel mood
);
CREATE INDEX idx_post_author ON tb_post (author);
CREATE STATISTICS st_post ON id, author FROM tb_post;
CREATE VIEW v_user WITH (security_invoker = true) AS SELECT id, name FROM tb_user;
CREATE MATERIALIZED VIEW mv_user AS SELECT id FROM tb_user;
CREATE UNIQUE INDEX uq_mv_user ON mv_user (id);
CREATE TRIGGER trg_touch BEFORE UPDATE ON tb_user FOR EACH ROW EXECUTE FUNCTION fn_touch();
CREATE RULE ru_nothing AS ON DELETE TO v_user DO INSTEAD NOTHING;
ALTER TABLE tb_user ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY po_own ON tb_user USING (name = current_user);
CREATE PUBLICATION pu_all FOR TABLE tb_post (id, author);
CREATE TABLE tb_part (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE tb_part_1 PARTITION OF tb_part FOR VALUES IN (1);
CREATE INDEX idx_part ON tb_part (b);
GRANT SELECT, INSERT ON tb_user TO catalog_reader;
GRANT SELECT ON tb_user TO catalog_writer;
GRANT SELECT (feel) ON tb_post TO catalog_reader;
GRANT EXECUTE ON FUNCTION fn_twice TO catalog_reader;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON SEQUENCES TO catalog_reader;
COMMENT ON TABLE tb_user IS 'users';
COMMENT ON COLUMN tb_user.name IS 'a name';
