-- file: sql/contract/v_post.contract
v_post
  id: uuid
  data: {
    id: uuid
    author: {
      id: uuid
    }
    names: [text?]
  }
-- file: sql/contract/v_merged.contract
v_merged
  id: uuid
  data: {
    id: uuid
    name: text
  }
-- file: sql/contract/v_two.contract
v_two
  id: uuid
  data: ({
    a: text
  } | {
    b: text
  })
-- file: sql/contract/v_stripped.contract
v_stripped
  id: uuid
  data: {
    id: uuid
  }
-- file: sql/contract/v_nearer.contract
v_nearer
  id: uuid
  data: {
    id: uuid
  }
-- file: sql/contract/v_tree.contract
v_tree
  id: uuid
  data: {
    id: uuid
  }
-- file: sql/contract/tv_feed.contract
tv_feed
  id: uuid
  data: {
    id: uuid
    title: text
  }
-- file: sql/contract/fn_feed.contract
volatile fn_feed() returns void
-- file: sql/v_post.sql
-- What stands in the document comes from a view, from a function, from a row: nobody says its keys here.
CREATE VIEW v_post AS
SELECT p.id, jsonb_build_object('names', p.names, 'author', u.data, 'id', p.id) AS data
FROM tb_post AS p JOIN v_user AS u ON u.id = p.author_id;
-- file: sql/app_v_post.sql
-- A view of the same name in another schema has a contract of its own.
CREATE VIEW app.v_post AS SELECT id, jsonb_build_object('other', 1) AS data FROM tb_post;
-- file: sql/v_merged.sql
CREATE VIEW v_merged AS SELECT id, to_jsonb(x) || jsonb_build_object('more', 1) AS data FROM tb_a AS x;
-- file: sql/v_two.sql
CREATE VIEW v_two AS
SELECT id, CASE WHEN x THEN jsonb_build_object('a', 'x') ELSE jsonb_build_object('b', 'x') END AS data FROM tb_a;
-- file: sql/v_stripped.sql
CREATE VIEW v_stripped AS
SELECT id, jsonb_strip_nulls(jsonb_build_object('id', id, 'gone', NULL)) AS data FROM tb_a;
-- file: sql/v_nearer.sql
-- The column data of the subquery is that of v_near, not that of far.
CREATE VIEW v_nearer AS
WITH far AS (SELECT jsonb_build_object('far', 1) AS data)
SELECT far.data AS id, (SELECT data FROM v_near) AS data FROM far;
-- file: sql/v_tree.sql
CREATE VIEW v_tree AS
WITH RECURSIVE t AS (
    SELECT id, jsonb_build_object('id', id) AS data FROM tb_a
    UNION ALL
    SELECT t.id, t.data || jsonb_build_object('child', t.data) FROM t
)
SELECT id, data FROM t;
-- file: sql/fn_feed.sql
CREATE FUNCTION fn_feed() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tv_feed SET data = data || jsonb_build_object('views', 1);
    UPDATE tb_feed SET data = jsonb_build_object('views', 1);
    INSERT INTO tv_feed (id, data) SELECT id, data FROM v_post;
END $$;
