-- file: sql/errors.toml
[rules.uq_user_mail]
code = "DUPLICATE_MAIL"

[rules.rule_post_exists]
code = "NO_POST"
-- file: sql/tables/tb_user.sql
CREATE TABLE tb_user (
    id int CONSTRAINT pk_user PRIMARY KEY,
    mail text CONSTRAINT any_name NOT NULL,
    name text UNIQUE CHECK (name <> '')
);
CREATE UNIQUE INDEX uq_user_mail ON tb_user (mail);
CREATE INDEX idx_user_name ON tb_user (name);
CREATE TABLE tv_user (id int, CONSTRAINT uq_tv_user UNIQUE (id));
-- file: sql/functions/fn_a.sql
CREATE FUNCTION fn_a(p_rule text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    RAISE SQLSTATE 'P0002' USING CONSTRAINT = 'rule_post_exists', MESSAGE = 'x';
    RAISE EXCEPTION 'x' USING ERRCODE = '22023', CONSTRAINT = p_rule;
END $$;
