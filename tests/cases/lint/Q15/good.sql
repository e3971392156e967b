CREATE TABLE tb_post (id int PRIMARY KEY, author_id int REFERENCES tb_user (id), "B" int REFERENCES tb_b);
CREATE INDEX idx_post ON public.tb_post USING btree (author_id DESC, id);
CREATE INDEX idx_post_b ON tb_post ("B") WHERE "B" IS NOT NULL;
CREATE TABLE tb_like (
    a int, b int, c int REFERENCES tb_c (id) UNIQUE,
    CONSTRAINT fk_like FOREIGN KEY (a, b) REFERENCES tb_x (a, b),
    PRIMARY KEY (b, a, c)
);
CREATE TABLE app.tb_tag (post_id int REFERENCES tb_post (id), name text, EXCLUDE USING gist (name WITH =));
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS uq_tag ON app.tb_tag (post_id) INCLUDE (name) NULLS NOT DISTINCT;
