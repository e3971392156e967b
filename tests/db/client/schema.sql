CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy');
CREATE DOMAIN email_t AS text CONSTRAINT ck_email_t CHECK (VALUE ~ '^[^@]+@[^@]+$');
CREATE DOMAIN code_t AS varchar(5);
CREATE DOMAIN mood_t AS mood;
CREATE DOMAIN short_code_t AS code_t;
CREATE DOMAIN document_t AS jsonb CHECK (jsonb_typeof(VALUE) = 'object');
CREATE TYPE address AS (street text, number integer);

CREATE TABLE tb_author (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL,
    email text NOT NULL,
    CONSTRAINT uq_author_email UNIQUE (email),
    CONSTRAINT ck_author_name CHECK (char_length(name) <= 20)
);
CREATE TABLE tb_item (
    id bigint PRIMARY KEY,
    name text,
    rank integer,
    price numeric(10, 2),
    at timestamptz,
    mood mood,
    flag boolean NOT NULL DEFAULT false,
    tags text[] NOT NULL DEFAULT '{}',
    owner text
);
CREATE VIEW v_item AS
SELECT
    i.id,
    jsonb_build_object(
        'id', i.id, 'label', i.name, 'price', i.price, 'at', i.at, 'tags', i.tags,
        'owner', jsonb_build_object('name', i.owner, 'rank', i.rank)
    ) AS data,
    i.name, i.rank, i.price, i.at, i.mood, i.flag, i.tags
FROM tb_item AS i;
CREATE VIEW v_plain AS SELECT i.id, i.name, i.price FROM tb_item AS i;
CREATE VIEW v_value AS SELECT jsonb_build_object('name', i.name) AS data FROM tb_item AS i;

CREATE TABLE tb_entry (
    id bigint NOT NULL,
    day date NOT NULL,
    note text NOT NULL,
    CONSTRAINT uq_entry UNIQUE (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE tb_entry_2020 PARTITION OF tb_entry FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE tb_secret (
    id integer PRIMARY KEY,
    owner text NOT NULL
);
ALTER TABLE tb_secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY pol_secret ON tb_secret USING (owner = nullif(current_setting('app.user_id', true), ''));
CREATE VIEW v_secret WITH (security_invoker) AS
SELECT s.id, jsonb_build_object('id', s.id, 'owner', s.owner) AS data FROM tb_secret AS s;
INSERT INTO tb_secret VALUES (1, 'ada'), (2, 'bob'), (3, 'ada');

CREATE FUNCTION fn_value(p_text text, p_count bigint) RETURNS text LANGUAGE sql VOLATILE
AS $$ SELECT p_text || p_count $$;
CREATE FUNCTION fn_json(p_value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT p_value $$;
CREATE FUNCTION fn_document(p_value document_t) RETURNS document_t LANGUAGE sql IMMUTABLE AS $$ SELECT p_value $$;
CREATE FUNCTION fn_json_text(p_value json) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT p_value $$;
CREATE FUNCTION fn_jsons(p_count integer) RETURNS SETOF jsonb LANGUAGE sql STABLE
AS $$ SELECT jsonb_build_object('n', n) FROM generate_series(1, p_count) AS n ORDER BY n $$;
CREATE FUNCTION fn_numbers(p_count integer) RETURNS SETOF integer LANGUAGE sql VOLATILE
AS $$ SELECT n FROM generate_series(1, p_count) AS n ORDER BY n $$;
CREATE FUNCTION fn_row(p_street text) RETURNS address LANGUAGE plpgsql VOLATILE
AS $$ BEGIN IF p_street = '' THEN RETURN NULL; END IF; RETURN (p_street, 7)::address; END $$;
CREATE FUNCTION fn_rows(p_count integer) RETURNS SETOF address LANGUAGE sql STABLE
AS $$ SELECT 'S' || n, n FROM generate_series(1, p_count) AS n ORDER BY n $$;
CREATE FUNCTION fn_table(p_count integer) RETURNS TABLE (number integer, price numeric, document jsonb)
LANGUAGE sql VOLATILE AS $$ SELECT n, n / 4.0, jsonb_build_object('x', n / 4.0) FROM generate_series(1, p_count) AS n $$;
CREATE FUNCTION fn_out(p_number integer, OUT twice integer, OUT words text) LANGUAGE sql VOLATILE
AS $$ SELECT 2 * p_number, 'twice' $$;
CREATE FUNCTION fn_nothing(p_text text) RETURNS void LANGUAGE sql VOLATILE
AS $$ INSERT INTO tb_author (name, email) VALUES (p_text, p_text) $$;
CREATE PROCEDURE fn_procedure(p_text text) LANGUAGE sql
AS $$ INSERT INTO tb_author (name, email) VALUES (p_text, p_text) $$;
CREATE PROCEDURE fn_out_procedure(p_a integer, OUT p_b integer, INOUT p_c text DEFAULT 'x') LANGUAGE plpgsql
AS $$ BEGIN p_b := p_a + 1; p_c := p_c || p_a; END $$;
CREATE FUNCTION fn_unnamed(integer) RETURNS integer LANGUAGE sql STABLE AS $$ SELECT $1 $$;
CREATE FUNCTION fn_any(p_one anyelement, p_more anyarray) RETURNS anyelement LANGUAGE sql STABLE AS $$ SELECT p_one $$;
CREATE FUNCTION fn_no_rows() RETURNS SETOF void LANGUAGE sql VOLATILE AS $$ SELECT 1 $$;
CREATE TYPE parcel AS (home address, words text[], weight numeric(4, 1), note jsonb, day date);
CREATE FUNCTION fn_parcel(p_parcel parcel, p_homes address[]) RETURNS jsonb LANGUAGE sql STABLE
AS $$ SELECT jsonb_build_array(p_parcel, p_homes) $$;
CREATE FUNCTION fn_pick(p_value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'text' $$;
CREATE FUNCTION fn_pick(p_value uuid) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'uuid' $$;
CREATE FUNCTION fn_pick(p_value bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'bigint' $$;
CREATE FUNCTION fn_pick(p_value bigint, p_other bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'two' $$;
CREATE FUNCTION fn_defaults(p_a integer, p_b integer DEFAULT 20, p_c integer DEFAULT 30) RETURNS text
LANGUAGE sql STABLE AS $$ SELECT concat_ws(' ', p_a, p_b, p_c) $$;
CREATE FUNCTION fn_variadic(p_first text, VARIADIC p_rest text[]) RETURNS text
LANGUAGE sql STABLE AS $$ SELECT array_to_string(p_first || p_rest, ',') $$;
CREATE FUNCTION fn_variadic_defaults(p_a integer, p_b text DEFAULT 'b', VARIADIC p_c integer[] DEFAULT '{7}') RETURNS text
LANGUAGE sql STABLE AS $$ SELECT concat_ws(' ', p_a, p_b, p_c) $$;
CREATE FUNCTION fn_domain(p_email email_t, p_code code_t) RETURNS email_t LANGUAGE sql STABLE AS $$ SELECT p_email $$;
CREATE FUNCTION fn_mood(p_mood mood) RETURNS mood LANGUAGE sql STABLE AS $$ SELECT p_mood $$;
CREATE FUNCTION fn_domains(p_mood mood_t, p_code short_code_t, p_moods mood_t[]) RETURNS text LANGUAGE sql STABLE
AS $$ SELECT concat(p_mood, p_code, p_moods) $$;
CREATE FUNCTION fn_arrays(p_numbers integer[], p_moods mood[]) RETURNS mood[] LANGUAGE sql STABLE
AS $$ SELECT p_moods || p_moods[array_length(p_numbers, 1)] $$;
CREATE FUNCTION fn_strict(p_text text) RETURNS text LANGUAGE sql STABLE STRICT AS $$ SELECT p_text $$;
CREATE FUNCTION "fn_Odd %s"("p_Größe" text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT $1 $$;
CREATE FUNCTION fn_types(
    p_numeric numeric, p_date date, p_at timestamptz, p_uuid uuid, p_bytea bytea, p_interval interval,
    p_flag boolean, p_float float8, p_time time
) RETURNS TABLE (n numeric, d date, a timestamptz, u uuid, b bytea, i interval, f boolean, r float8, t time)
LANGUAGE sql STABLE
AS $$ SELECT p_numeric, p_date, p_at, p_uuid, p_bytea, p_interval, p_flag, p_float, p_time $$;

CREATE FUNCTION fn_add_author(p_name text, p_email text) RETURNS uuid LANGUAGE sql VOLATILE
AS $$ INSERT INTO tb_author (name, email) VALUES (p_name, p_email) RETURNING id $$;
CREATE FUNCTION fn_add_entry(p_id bigint, p_day date, p_note text) RETURNS void LANGUAGE sql VOLATILE
AS $$ INSERT INTO tb_entry VALUES (p_id, p_day, p_note) $$;
CREATE FUNCTION fn_raise(p_state text, p_rule text) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF p_state = 'rule' THEN
        RAISE EXCEPTION 'the secret of %', p_rule USING ERRCODE = '42501', CONSTRAINT = 'rule_author_owner';
    END IF;
    RAISE EXCEPTION 'the secret of %', p_rule USING ERRCODE = p_state, CONSTRAINT = p_rule;
END $$;
CREATE FUNCTION fn_denied() RETURNS void LANGUAGE plpgsql VOLATILE
AS $$ BEGIN SET LOCAL ROLE pg_monitor; PERFORM count(*) FROM tb_author; END $$;
CREATE FUNCTION fn_actor() RETURNS text LANGUAGE sql VOLATILE
AS $$ SELECT nullif(current_setting('app.user_id', true), '') $$;
CREATE FUNCTION fn_context(p_name text) RETURNS text LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting(p_name, true), '') $$;
CREATE FUNCTION fn_sleep(p_seconds float8) RETURNS text LANGUAGE plpgsql VOLATILE
AS $$ BEGIN PERFORM pg_sleep(p_seconds); RETURN 'slept'; END $$;
CREATE FUNCTION fn_rename(p_id bigint, p_name text) RETURNS bigint LANGUAGE sql VOLATILE
AS $$ UPDATE tb_item SET name = p_name WHERE id = p_id RETURNING id $$;
CREATE FUNCTION fn_backend() RETURNS integer LANGUAGE sql STABLE AS $$ SELECT pg_backend_pid() $$;
