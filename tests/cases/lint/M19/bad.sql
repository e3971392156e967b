ALTER TABLE tb_a ADD COLUMN extra json, ADD "More" pg_catalog.json DEFAULT '{}';  -- bad -- bad
