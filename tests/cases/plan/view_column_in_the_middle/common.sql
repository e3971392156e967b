CREATE TABLE tb_user (id integer PRIMARY KEY, email text, age integer);
DO $$ BEGIN CREATE ROLE golden_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
