GRANT SELECT ON v_post, mv_post, tv_post TO cqrs_read;
GRANT SELECT ON tb_post TO auditor, cqrs_maintain, CURRENT_USER;
REVOKE ALL ON tb_post FROM PUBLIC, cqrs_read;
GRANT USAGE ON SCHEMA app TO cqrs_read;
GRANT USAGE ON SEQUENCE tb_post_id_seq TO cqrs_command;
GRANT cqrs_read TO bob;
GRANT SELECT ON ALL TABLES IN SCHEMA reports TO cqrs_read;
