-- One view for each construct that shapes are worked out through.
-- fill: UPDATE tb_org SET profile = (ARRAY['{"color": "red", "size": 3, "links": []}', '{"color": "", "size": null}', '{"color": "blue", "size": -1, "links": ["a", "b"]}'])[1 + length(name) % 3]::jsonb
CREATE TYPE plan_t AS ENUM ('free', 'pro', 'big corp');
CREATE TYPE address_t AS (street text, zip varchar(10));
CREATE DOMAIN email_t AS text CHECK (VALUE LIKE '%@%');
CREATE DOMAIN level_t AS text NOT NULL CHECK (VALUE IN ('low', 'high'));

CREATE TABLE tb_org (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    plan plan_t NOT NULL,
    settings jsonb,
    profile jsonb NOT NULL
);
COMMENT ON COLUMN tb_org.profile IS 'What the organisation says of itself.
shape: {color: text, size: integer?, links?: [text]}';
CREATE TABLE tb_user (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES tb_org,
    name text NOT NULL,
    email email_t NOT NULL,
    bio text,
    balance numeric(10,2) NOT NULL,
    rating float8,
    tags text[] NOT NULL,
    home address_t,
    level level_t,
    invited_by uuid REFERENCES tb_user,
    created_at timestamptz NOT NULL,
    UNIQUE (org_id, id)
);
CREATE TABLE tb_post (
    id bigint PRIMARY KEY,
    author_id uuid NOT NULL REFERENCES tb_user,
    title varchar(80) NOT NULL,
    body text,
    status text NOT NULL CHECK (status IN ('draft', 'published', 'gone')),
    priority integer CHECK (priority = 1 OR priority = 2 OR priority = 3),
    published_on date,
    approved_by uuid REFERENCES tb_user,
    CHECK (body IS NOT NULL)
);
CREATE TABLE tb_comment (
    id bigint PRIMARY KEY,
    post_id bigint NOT NULL REFERENCES tb_post,
    author_id uuid REFERENCES tb_user,
    body text NOT NULL,
    kind char(4) NOT NULL,
    scores integer[]
);

CREATE FUNCTION fn_label(p_name text, p_plan plan_t) RETURNS jsonb LANGUAGE sql STABLE
    AS $$ SELECT jsonb_build_object('name', p_name, 'plan', p_plan) $$;
CREATE FUNCTION fn_shout(p_text text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
    BEGIN ATOMIC SELECT upper(p_text) || '!'; END;
CREATE FUNCTION fn_opaque(p_id uuid) RETURNS jsonb LANGUAGE plpgsql STABLE
    AS $$ BEGIN RETURN jsonb_build_object('id', p_id); END $$;
CREATE FUNCTION fn_posts(p_author uuid) RETURNS TABLE (title text, data jsonb) LANGUAGE sql STABLE
    AS $$ SELECT p.title, jsonb_build_object('id', p.id, 'title', p.title) FROM tb_post p WHERE p.author_id = p_author $$;

-- Objects, nested objects, arrays of SQL
CREATE VIEW v01_flat AS
    SELECT id, jsonb_build_object('id', id, 'name', name, 'bio', bio, 'balance', balance, 'rating', rating) AS data FROM tb_user;
CREATE VIEW v02_types AS
    SELECT u.id, jsonb_build_object('email', u.email, 'tags', u.tags, 'home', u.home, 'level', u.level,
        'plan', o.plan, 'since', u.created_at, 'day', u.created_at::date, 'n', 1, 'pi', 3.14, 'yes', true,
        'word', 'x', 'nothing', NULL, 'short', u.name::varchar(3), 'two', (u.balance % 100)::numeric(4,1)) AS data
    FROM tb_user u JOIN tb_org o ON o.id = u.org_id;
CREATE VIEW v03_nested AS
    SELECT p.id, jsonb_build_object('id', p.id, 'author', jsonb_build_object('id', a.id, 'name', a.name)) AS data, p.status, p.priority
    FROM tb_post p JOIN tb_user a ON a.id = p.author_id;
CREATE VIEW v04_left_join AS
    SELECT p.id, jsonb_build_object('id', p.id, 'approver', jsonb_build_object('id', a.id, 'name', a.name)) AS data
    FROM tb_post p LEFT JOIN tb_user a ON a.id = p.approved_by;
CREATE VIEW v05_embedded AS
    SELECT c.id, jsonb_build_object('id', c.id, 'post', p.data, 'author', a.data) AS data
    FROM tb_comment c JOIN v03_nested p ON p.id = c.post_id LEFT JOIN v01_flat a ON a.id = c.author_id;
CREATE VIEW v06_picked AS
    SELECT p.id, jsonb_build_object('author', p.data -> 'author', 'name', p.data -> 'author' ->> 'name',
        'deep', p.data #> '{author,id}', 'text', p.data #>> '{author,id}', 'lost', p.data -> 'nowhere',
        'sub', p.data['author']['name']) AS data
    FROM v03_nested p;
CREATE VIEW v07_aggregated AS
    SELECT u.id, jsonb_build_object('posts', (SELECT jsonb_agg(jsonb_build_object('id', p.id, 'title', p.title) ORDER BY p.id)
        FROM tb_post p WHERE p.author_id = u.id)) AS data FROM tb_user u;
CREATE VIEW v08_aggregated_or_empty AS
    SELECT u.id, jsonb_build_object('posts', COALESCE((SELECT jsonb_agg(p.data) FROM v03_nested p), '[]'::jsonb),
        'count', (SELECT count(*) FROM tb_post p WHERE p.author_id = u.id)) AS data FROM tb_user u;
CREATE VIEW v09_grouped_left AS
    SELECT u.id, jsonb_build_object('all', jsonb_agg(jsonb_build_object('id', p.id)),
        'real', jsonb_agg(jsonb_build_object('id', p.id, 'title', p.title)) FILTER (WHERE p.id IS NOT NULL),
        'or_empty', COALESCE(jsonb_agg(p.title) FILTER (WHERE p.id IS NOT NULL), '[]')) AS data
    FROM tb_user u LEFT JOIN tb_post p ON p.author_id = u.id GROUP BY u.id;
CREATE VIEW v10_merged AS
    SELECT id, data || jsonb_build_object('bio', 'none', 'extra', tags) AS data FROM (
        SELECT u.id, u.tags, v.data FROM tb_user u JOIN v01_flat v ON v.id = u.id) s;
CREATE VIEW v11_removed AS
    SELECT id, jsonb_build_object('one', data - 'bio', 'two', data - '{bio,name}'::text[], 'path', data #- '{balance}',
        'any', data - name) AS data FROM (SELECT v.*, u.name FROM v01_flat v JOIN tb_user u ON u.id = v.id) s;
CREATE VIEW v12_set AS
    SELECT v.id, jsonb_set(v.data, '{author,name}', '"x"') AS data,
        jsonb_set(v.data, '{status}', to_jsonb(v.status)) AS added,
        jsonb_set(v.data, '{status}', to_jsonb(v.priority)) AS maybe,
        jsonb_set(v.data, '{status}', to_jsonb(v.status), false) AS unchanged,
        jsonb_insert(v.data, '{tags}', '["a"]') AS inserted
    FROM v03_nested v;
CREATE VIEW v13_stripped AS SELECT id, jsonb_strip_nulls(data) AS data FROM v04_left_join;
CREATE VIEW v14_optional_key AS
    SELECT u.id, jsonb_build_object('id', u.id) || CASE WHEN u.bio IS NOT NULL THEN jsonb_build_object('bio', u.bio) ELSE '{}' END AS data
    FROM tb_user u;
-- Rows
CREATE VIEW v15_rows AS
    SELECT p.id, to_jsonb(p) AS data, row_to_json(c) AS comment, to_jsonb(u.home) AS home
    FROM tb_post p LEFT JOIN tb_comment c ON c.post_id = p.id JOIN tb_user u ON u.id = p.author_id;
CREATE VIEW v16_row_constructor AS
    SELECT id, to_jsonb(ROW(id, name)) AS data, json_build_object('r', ROW(bio, 1)) AS old FROM tb_user;
CREATE VIEW v17_agg_subrow AS
    SELECT u.id, (SELECT json_agg(x) FROM (SELECT p.id, p.title AS "theTitle" FROM tb_post p WHERE p.author_id = u.id) x) AS data
    FROM tb_user u;
CREATE VIEW v18_field_of_row AS
    SELECT id, jsonb_build_object('street', (home).street, 'zip', (u.home).zip) AS data FROM tb_user u;
-- Maps
CREATE VIEW v19_map AS
    SELECT author_id AS id, jsonb_object_agg(title, body) AS data, jsonb_object_agg(status, id) AS by_status
    FROM tb_post GROUP BY author_id;
CREATE VIEW v20_dynamic_key AS SELECT id, jsonb_build_object('id', id, title, priority) AS data FROM tb_post;
CREATE VIEW v21_json_object AS
    SELECT id, jsonb_object(ARRAY['a', 'b'], ARRAY[title, body]) AS data, json_object(ARRAY[title, body]) AS old FROM tb_post;
-- Conditions
CREATE VIEW v22_guard AS
    SELECT p.id, jsonb_build_object('approver', CASE WHEN a.id IS NOT NULL THEN jsonb_build_object('id', a.id, 'name', a.name) END,
        'other', CASE WHEN a.id IS NULL THEN NULL ELSE jsonb_build_object('name', a.name) END) AS data
    FROM tb_post p LEFT JOIN tb_user a ON a.id = p.approved_by;
CREATE VIEW v23_union_of_shapes AS
    SELECT p.id, CASE p.status WHEN 'draft' THEN jsonb_build_object('kind', 'draft', 'title', p.title)
        WHEN 'published' THEN jsonb_build_object('kind', 'published', 'on', p.published_on) END AS data
    FROM tb_post p;
CREATE VIEW v24_words AS
    SELECT id, jsonb_build_object('size', CASE WHEN priority > 1 THEN 'big' ELSE 'small' END,
        'known', COALESCE(bio_of.bio, 'none'), 'never', NULLIF(status, 'gone'), 'most', GREATEST(priority, 0),
        'least', LEAST(priority, NULL)) AS data
    FROM tb_post, LATERAL (SELECT u.bio FROM tb_user u WHERE u.id = author_id) bio_of;
CREATE VIEW v25_truth AS
    SELECT id, jsonb_build_object('a', priority > 1, 'b', priority IS NULL, 'c', (priority > 1) IS TRUE, 'd', status = 'gone',
        'e', status IN ('draft', 'gone'), 'f', priority IN (1, 2), 'g', NOT (priority = 1 OR status = 'gone'),
        'h', status IS DISTINCT FROM body, 'i', EXISTS (SELECT FROM tb_comment c WHERE c.post_id = p.id),
        'j', p.id IN (SELECT c.post_id FROM tb_comment c), 'k', p.approved_by = ANY (SELECT c.author_id FROM tb_comment c)) AS data
    FROM tb_post p;
CREATE VIEW v26_json_null AS
    SELECT id, jsonb_build_object('sql', COALESCE(settings -> 'a', '"none"'), 'bio', COALESCE(v.data -> 'bio', '"none"')) AS data
    FROM tb_org o LEFT JOIN v01_flat v USING (id);
-- Subqueries
CREATE VIEW v27_scalar AS
    SELECT p.id, jsonb_build_object('author', (SELECT u.name FROM tb_user u WHERE u.id = p.author_id),
        'approver', (SELECT u.name FROM tb_user u WHERE u.id = p.approved_by),
        'newest', (SELECT max(c.id) FROM tb_comment c WHERE c.post_id = p.id),
        'n', (SELECT count(*) FROM tb_comment c WHERE c.post_id = p.id),
        'first', (SELECT c.body FROM tb_comment c WHERE c.post_id = p.id ORDER BY c.id LIMIT 1),
        'one', (SELECT 1)) AS data
    FROM tb_post p;
CREATE VIEW v28_array_of AS
    SELECT u.id, jsonb_build_object('titles', ARRAY(SELECT p.title FROM tb_post p WHERE p.author_id = u.id),
        'docs', ARRAY(SELECT jsonb_build_object('id', p.id) FROM tb_post p), 'two', ARRAY[u.name, u.bio]) AS data
    FROM tb_user u;
CREATE VIEW v29_lateral AS
    SELECT u.id, jsonb_build_object('n', l.n, 'last', f.title, 'sum', s.total) AS data
    FROM tb_user u LEFT JOIN LATERAL (SELECT count(*) AS n FROM tb_post p WHERE p.author_id = u.id) l ON true
    LEFT JOIN LATERAL (SELECT p.title FROM tb_post p WHERE p.author_id = u.id LIMIT 1) f ON true
    CROSS JOIN LATERAL (SELECT sum(p.priority) AS total FROM tb_post p WHERE p.author_id = u.id) s;
CREATE VIEW v30_cte AS
    WITH counted AS (SELECT author_id, count(*) AS n, jsonb_agg(title) AS titles FROM tb_post GROUP BY author_id),
    named AS MATERIALIZED (SELECT u.id, u.name, c.n, c.titles FROM tb_user u LEFT JOIN counted c ON c.author_id = u.id)
    SELECT id, jsonb_build_object('name', name, 'n', COALESCE(n, 0), 'titles', titles) AS data FROM named;
CREATE VIEW v31_recursive AS
    WITH RECURSIVE chain (id, root, depth, trail) AS (
        SELECT id, id, 0, jsonb_build_array(name) FROM tb_user WHERE invited_by IS NULL
        UNION ALL
        SELECT u.id, c.root, c.depth + 1, c.trail || to_jsonb(u.name) FROM tb_user u JOIN chain c ON c.id = u.invited_by)
    SELECT id, jsonb_build_object('root', root, 'depth', depth, 'trail', trail) AS data FROM chain;
CREATE VIEW v32_two_levels AS
    WITH per_post AS (SELECT p.author_id, p.id, jsonb_agg(c.body) FILTER (WHERE c.id IS NOT NULL) AS comments
        FROM tb_post p LEFT JOIN tb_comment c ON c.post_id = p.id GROUP BY p.id)
    SELECT author_id AS id, jsonb_agg(jsonb_build_object('id', id, 'comments', comments)) AS data FROM per_post GROUP BY author_id;
-- Set operations
CREATE VIEW v33_union AS
    SELECT u.id::text, jsonb_build_object('kind', 'user', 'name', u.name) AS data FROM tb_user u
    UNION ALL SELECT p.id::text, jsonb_build_object('kind', 'post', 'title', p.title, 'body', p.body) FROM tb_post p;
CREATE VIEW v34_except AS
    SELECT id, to_jsonb(bio) AS data FROM tb_user EXCEPT SELECT id, to_jsonb(name) FROM tb_org
    INTERSECT SELECT id, '"x"'::jsonb FROM tb_org;
CREATE VIEW v35_values AS
    SELECT v.id, jsonb_build_object('id', v.id, 'word', v.word, 'maybe', v.maybe) AS data
    FROM (VALUES (1, 'one', 'x'), (2, 'two', NULL)) AS v (id, word, maybe);
CREATE MATERIALIZED VIEW v36_materialised AS SELECT id, data FROM v03_nested WHERE priority IS NOT NULL WITH DATA;
CREATE VIEW v37_of_materialised AS SELECT id, jsonb_build_object('m', data, 'n', data -> 'author') AS data FROM v36_materialised;
-- Joins
CREATE VIEW v38_full AS
    SELECT id, jsonb_build_object('id', id, 'user', u.name, 'org', o.name) AS data FROM tb_user u FULL JOIN tb_org o USING (id);
CREATE VIEW v39_right AS
    SELECT p.id, jsonb_build_object('post', p.title, 'user', u.name) AS data FROM tb_user u RIGHT JOIN tb_post p ON p.approved_by = u.id;
CREATE VIEW v40_where_un_nulls AS
    SELECT p.id, jsonb_build_object('user', u.name, 'org', o.name, 'bio', u.bio) AS data
    FROM tb_post p LEFT JOIN (tb_user u LEFT JOIN tb_org o ON o.id = u.org_id) ON u.id = p.approved_by WHERE o.plan <> 'free';
CREATE VIEW v41_proven_by_key AS
    SELECT p.id, jsonb_build_object('author', u.name, 'org', o.name, 'approver', a.name, 'their_org', ao.name) AS data
    FROM tb_post p LEFT JOIN tb_user u ON u.id = p.author_id LEFT JOIN tb_org o ON o.id = u.org_id
    LEFT JOIN tb_user a ON a.id = p.approved_by LEFT JOIN tb_org ao ON ao.id = a.org_id;
CREATE VIEW v42_natural AS
    SELECT id, jsonb_build_object('name', name, 'd', data) AS data FROM tb_user NATURAL JOIN v01_flat;
CREATE VIEW v43_inner_of_left AS
    SELECT u.id, jsonb_build_object('post', p.title, 'comment', c.body, 'by', c.author_id) AS data
    FROM tb_user u LEFT JOIN (tb_post p JOIN tb_comment c ON c.post_id = p.id AND c.author_id = p.author_id) ON p.author_id = u.id;
CREATE VIEW v44_conditions AS
    SELECT p.id, jsonb_build_object('a', p.priority, 'b', p.published_on, 'c', p.approved_by) AS data FROM tb_post p
    WHERE (p.priority = 1 OR p.priority = 2 AND p.approved_by IS NOT NULL) AND NOT (p.published_on IS NULL)
        AND COALESCE(p.approved_by <> p.author_id, false);
-- Grouping and windows
CREATE VIEW v45_grouped AS
    SELECT author_id AS id, jsonb_build_object('max', max(title), 'sum', sum(id), 'avg', avg(priority), 'all', array_agg(priority),
        'line', string_agg(title, ', '), 'last', max(published_on), 'gone', bool_and(status = 'gone'), 'dev', stddev(id),
        'mid', percentile_cont(0.5) WITHIN GROUP (ORDER BY id), 'n', count(priority)) AS data
    FROM tb_post GROUP BY author_id;
CREATE VIEW v46_rollup AS
    SELECT author_id AS id, jsonb_build_object('status', status, 'author', author_id, 'n', count(*), 'max', max(id), 'of', grouping(status)) AS data
    FROM tb_post GROUP BY ROLLUP (author_id, status);
CREATE VIEW v47_grouping_sets AS
    SELECT author_id AS id, jsonb_build_object('title', upper(title), 'status', status) AS data
    FROM tb_post GROUP BY author_id, GROUPING SETS ((upper(title)), (status));
CREATE VIEW v48_windows AS
    SELECT id, jsonb_build_object('row', row_number() OVER w, 'rank', rank() OVER w, 'n', count(*) OVER (), 'sum', sum(id) OVER w,
        'before', lag(title) OVER w, 'before_or', lag(title, 1, 'none') OVER w, 'first', first_value(title) OVER w,
        'moved', first_value(title) OVER (ORDER BY id ROWS BETWEEN 2 FOLLOWING AND 3 FOLLOWING), 'tile', ntile(4) OVER w,
        'docs', jsonb_agg(title) OVER w) AS data
    FROM tb_post WINDOW w AS (PARTITION BY author_id ORDER BY id);
CREATE VIEW v49_having AS
    SELECT priority AS id, jsonb_build_object('priority', priority, 'n', count(*)) AS data
    FROM tb_post GROUP BY priority HAVING priority > 0;
CREATE VIEW v50_no_group AS SELECT jsonb_build_object('n', count(*), 'max', max(id), 'docs', jsonb_agg(title)) AS data FROM tb_post;
CREATE VIEW v51_distinct AS
    SELECT DISTINCT ON (author_id) author_id AS id, jsonb_build_object('title', title) AS data FROM tb_post ORDER BY author_id, id;
-- Functions and sets
CREATE VIEW v52_unnest AS
    SELECT u.id, jsonb_build_object('tag', t.tag, 'place', t.place, 'n', g.n) AS data
    FROM tb_user u CROSS JOIN LATERAL unnest(u.tags) WITH ORDINALITY AS t (tag, place), generate_series(1, 2) AS g (n);
CREATE VIEW v53_elements AS
    SELECT v.id, jsonb_build_object('element', e.value, 'id', e.value -> 'id') AS data
    FROM v08_aggregated_or_empty v, jsonb_array_elements(v.data -> 'posts') AS e;
CREATE VIEW v54_each AS
    SELECT v.id, jsonb_build_object('key', e.key, 'value', e.value, 'text', t.value) AS data
    FROM v03_nested v, jsonb_each(v.data) AS e, jsonb_each_text(v.data -> 'author') AS t;
CREATE VIEW v55_record AS
    SELECT o.id, jsonb_build_object('a', r.a, 'b', r.b) AS data FROM tb_org o, jsonb_to_record(o.profile) AS r (a integer, b jsonb);
CREATE VIEW v56_own_functions AS
    SELECT o.id, jsonb_build_object('label', fn_label(o.name, o.plan), 'shout', fn_shout(o.name), 'maybe', fn_shout(u.bio),
        'opaque', fn_opaque(o.id)) AS data
    FROM tb_org o LEFT JOIN tb_user u ON u.org_id = o.id;
CREATE VIEW v57_own_table AS
    SELECT u.id, jsonb_build_object('title', p.title, 'post', p.data) AS data FROM tb_user u, fn_posts(u.id) AS p;
CREATE VIEW v58_own_table_left AS
    SELECT u.id, jsonb_agg(p.data) FILTER (WHERE p.title IS NOT NULL) AS data
    FROM tb_user u LEFT JOIN LATERAL fn_posts(u.id) AS p ON true GROUP BY u.id;
CREATE VIEW v59_set_in_list AS SELECT id, jsonb_build_object('tag', unnest(tags)) AS data FROM tb_user;
CREATE VIEW v60_texts AS
    SELECT u.id, jsonb_build_object('lower', lower(u.name), 'concat', concat(u.bio, '!'), 'piped', u.name || u.bio,
        'char', to_char(u.created_at, 'YYYY'), 'year', extract(year FROM u.created_at), 'now', now()::date, 'len', length(u.email),
        'parts', string_to_array(u.name, ','), 'first', u.tags[1], 'size', array_length(u.tags, 1), 'card', cardinality(u.tags),
        'text', u.level::text, 'plan', o.plan::text, 'trunc', date_trunc('day', u.created_at), 'user', current_user) AS data
    FROM tb_user u JOIN tb_org o ON o.id = u.org_id;
CREATE VIEW v61_json_functions AS
    SELECT o.id, jsonb_build_object('type', jsonb_typeof(v.data), 'size', jsonb_array_length(v.data -> 'posts'),
        'array', jsonb_build_array('a', o.name, 1), 'arr', to_json(ARRAY[1, 2]), 'raw', o.settings, 'set', o.profile,
        'link', o.profile -> 'links' -> 0, 'keys', (SELECT jsonb_agg(k) FROM jsonb_object_keys(v.data) AS k),
        'query', jsonb_path_query_array(v.data, '$.posts'), 'cast', (o.profile ->> 'size')::integer) AS data
    FROM tb_org o CROSS JOIN v08_aggregated_or_empty v;
CREATE VIEW v62_duplicate_keys AS
    SELECT id, jsonb_build_object('a', bio, 'b', 1, 'a', name) AS data, json_build_object('a', 1, 'a', name) AS old FROM tb_user;
CREATE VIEW v63_concatenated_arrays AS
    SELECT id, jsonb_build_array(1) || jsonb_build_array(name) AS data, to_jsonb(tags) || to_jsonb(bio) AS mixed,
        data || '[]'::jsonb AS wrapped
    FROM (SELECT u.*, v.data FROM tb_user u JOIN v01_flat v USING (id)) s;
CREATE VIEW v64_odd_names AS SELECT id, jsonb_build_object('two words', 1, 'ünï', 2, '', 3) AS data, name AS "Odd (Name" FROM tb_user;
CREATE VIEW v65_whole_subquery AS
    SELECT s.id, to_jsonb(s) AS data FROM (SELECT p.id, p.title AS t, NULL::integer AS n FROM tb_post p) s;
CREATE VIEW v66_row_is_there AS
    SELECT p.id, CASE WHEN a IS NOT NULL THEN to_jsonb(a) END AS data FROM tb_post p LEFT JOIN tb_org a ON a.id = p.approved_by;
CREATE VIEW v67_enum_case AS
    SELECT id, CASE plan WHEN 'free' THEN jsonb_build_object('plan', 'free') ELSE jsonb_build_object('plan', plan, 'paid', true) END AS data
    FROM tb_org;
CREATE VIEW v68_set_lax AS
    SELECT v.id, jsonb_set_lax(v.data, '{bio}', to_jsonb(u.bio)) AS data FROM v01_flat v JOIN tb_user u ON u.id = v.id;
CREATE VIEW v69_array_functions AS
    SELECT u.id, jsonb_build_object('more', array_append(u.tags, u.bio), 'less', array_remove(array_agg(p.title), NULL),
        'both', u.tags || ARRAY['x'], 'slice', u.tags[1:2], 'cast', array_agg(p.id)::text[]) AS data
    FROM tb_user u LEFT JOIN tb_post p ON p.author_id = u.id GROUP BY u.id;
CREATE VIEW v70_limits AS
    SELECT p.id, jsonb_build_object('one', (SELECT count(*) FROM tb_org LIMIT 1), 'none', (SELECT count(*) FROM tb_org LIMIT 0),
        'after', (SELECT count(*) FROM tb_org OFFSET 1)) AS data FROM tb_post p;
