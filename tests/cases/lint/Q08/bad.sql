GRANT SELECT ON tb_post TO cqrs_read;  -- bad
GRANT ALL PRIVILEGES ON TABLE app.TB_Post, v_post TO PUBLIC, bob WITH GRANT OPTION;  -- bad
GRANT UPDATE (title) ON "tb_post" TO cqrs_command;  -- bad
