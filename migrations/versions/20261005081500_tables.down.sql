DROP TABLE tb_domain_events;
DROP TABLE tb_audit_log;
DROP TABLE tb_post_stats;
DROP TABLE tb_post;
DROP TABLE tb_user;
