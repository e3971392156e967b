CREATE TABLE tb_user (id uuid PRIMARY KEY);  -- bad
CREATE TABLE tb_post (pk_post bigint PRIMARY KEY, id uuid NOT NULL UNIQUE);  -- bad: no identity
CREATE TABLE tb_tag (pk_tag serial PRIMARY KEY, id text UNIQUE);  -- bad
CREATE TABLE tb_like (pk_like bigserial PRIMARY KEY, id uuid UNIQUE, author int REFERENCES tb_user (pk_user));  -- bad
