-- file: sql/contract/v_post.contract
v_post
  id: uuid
  data: {
    id: uuid
    "display name": text
    author: {
      id: uuid
      name: text
      "is admin"?: boolean
    }?
    tags: [{
      name: text
      weight: numeric(10,2)?
    }]
    state: status_t<text> in (draft|"in (review|")
    either: ({a: text} | [{b: text}])
    any: {[key]: text}
    only: (null | {
      x: text
    })
  }
-- file: sql/contract/tv_feed.contract
tv_feed
  id: uuid
  data: {
    id: uuid
    title: text
  }
-- file: sql/contract/app."v_Odd".contract
app."v_Odd"
  id: uuid
  data: {
    id: uuid
  }
-- file: sql/contract/v_merged.contract
v_merged
  id: uuid
  data: {
    id: uuid
    a: text
  }
-- file: sql/v_post.sql
CREATE VIEW v_post (id, data) AS
WITH authors AS (
    SELECT id, jsonb_build_object('id', id, 'nick', name)::jsonb AS document FROM tb_user
)
SELECT
    p.id,
    jsonb_strip_nulls(jsonb_build_object(
        'id', p.id,
        'displayName', p.name,
        'author', a.document,
        'tags', COALESCE((
            SELECT jsonb_agg(t.one ORDER BY t.place) FILTER (WHERE t.one IS NOT NULL)
            FROM (SELECT place, jsonb_build_object('name', name) AS one FROM tb_tag WHERE post = p.id) AS t
        ), '[]'),
        'state', p.state,
        'either', jsonb_build_object('c', 1),
        'any', jsonb_build_object('c', 1),
        'only', CASE WHEN p.x THEN pg_catalog.jsonb_build_object('x', 1, 'y', 2) END
    ))
FROM tb_post AS p
LEFT JOIN authors AS a ON a.id = p.author_id;
-- file: sql/fn_feed.sql
CREATE FUNCTION fn_feed(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tv_feed (id, data)
    SELECT id, jsonb_build_object('id', id) FROM tb_post WHERE id = p_id
    ON CONFLICT (id) DO UPDATE SET data = excluded.data;
    UPDATE tv_feed SET data = jsonb_build_object('id', id, 'title', 'x', 'more', 1) WHERE id = p_id;
END $$;
-- file: sql/odd.sql
CREATE VIEW app."v_Odd" AS
SELECT id, jsonb_build_object('id', id) AS data FROM app.tb_a
UNION ALL
SELECT id, jsonb_build_object('ID', id) AS data FROM app.tb_b;
-- file: sql/v_merged.sql
CREATE VIEW v_merged AS
SELECT id, jsonb_build_object('id', id) || (jsonb_build_object('b', 1) || jsonb_build_object('b', 2)) AS data
FROM tb_a;
-- file: sql/contract/v_broken.contract
v_broken
  data {
-- file: sql/v_broken.sql
CREATE VIEW v_broken AS SELECT id, jsonb_build_object('id', id, 'x', 1) AS data FROM tb_a;
