-- file: sql/errors.toml
[rules.uq_user_mail]
code = "DUPLICATE_MAIL"

[rules.ck_gone]  # -- bad
code = "GONE"
-- file: sql/tables/tb_user.sql
CREATE TABLE tb_user (
    id int CONSTRAINT pk_user PRIMARY KEY,
    mail text CONSTRAINT uq_user_mail UNIQUE,
    age int CONSTRAINT ck_user_age CHECK (age > 0),  -- bad
    CONSTRAINT fk_user_boss FOREIGN KEY (id) REFERENCES tb_user (id)  -- bad
);
CREATE UNIQUE INDEX uq_user_name ON tb_user (lower(mail));  -- bad
-- file: sql/functions/fn_a.sql
CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'x' USING ERRCODE = 'P0002', CONSTRAINT = 'rule_post_exists';  -- bad
END $$;
