DO $$ BEGIN CREATE ROLE plan_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
