CREATE TABLE tb_post (id int PRIMARY KEY, author_id int REFERENCES tb_user (id));  -- bad
CREATE TABLE tb_like (
    a int, b int, c int,
    CONSTRAINT fk_like FOREIGN KEY (a, b) REFERENCES tb_x (a, b),  -- bad
    UNIQUE (c, a, b)
);
CREATE INDEX idx_post ON tb_post (id, author_id);
CREATE INDEX idx_like ON tb_like (a);
CREATE TABLE app.tb_post (
    id int PRIMARY KEY,
    "Author" int NOT NULL REFERENCES tb_user,  -- bad
    editor int CONSTRAINT fk_editor REFERENCES tb_user ON DELETE CASCADE  -- bad
);
CREATE INDEX ON app.tb_post ("author");
CREATE INDEX ON app.tb_post (lower(editor::text));
CREATE INDEX idx_other ON tb_post ("Author");
