CREATE INDEX IDX_Post ON tb_post (author_id) INCLUDE (title) WHERE author_id > 0;
CREATE UNIQUE INDEX uq_post ON ONLY tb_post USING btree ((data ->> 'id') COLLATE "C" DESC NULLS LAST);
CREATE UNIQUE INDEX "idx_post_title" ON tb_post (title);
CREATE UNIQUE INDEX pk_post ON tb_post (id);
CREATE INDEX ON tb_post (author_id);
CREATE INDEX CONCURRENTLY ON tb_post USING gin (data jsonb_path_ops);
