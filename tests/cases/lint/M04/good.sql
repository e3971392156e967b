ALTER TABLE tb_a ADD COLUMN at timestamptz NOT NULL DEFAULT now(), ADD COLUMN n int DEFAULT 1 + 1, ADD d date DEFAULT CURRENT_DATE;
ALTER TABLE tb_a ADD COLUMN x text, ADD y text[] DEFAULT '{}', ADD z jsonb DEFAULT jsonb_build_object('a', 1);
ALTER TABLE tb_a ALTER COLUMN token SET DEFAULT gen_random_uuid();
CREATE TABLE tb_new (id uuid DEFAULT gen_random_uuid(), n bigserial);
ALTER TABLE tb_new ADD COLUMN m bigint GENERATED ALWAYS AS IDENTITY;
