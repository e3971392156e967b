-- Trees: departments, parts lists, comments with replies; recursive queries.
CREATE TABLE dept (id integer PRIMARY KEY, parent integer REFERENCES dept, name text NOT NULL, head_count integer NOT NULL);
CREATE TABLE part (part_no text PRIMARY KEY, descr text);
CREATE TABLE bom (assembly text NOT NULL REFERENCES part, component text NOT NULL REFERENCES part, qty numeric NOT NULL, PRIMARY KEY (assembly, component));
CREATE VIEW dept_path AS
    WITH RECURSIVE t AS (
        SELECT id, name, parent, ARRAY[name] AS path, 1 AS level FROM dept WHERE parent IS NULL
        UNION ALL SELECT d.id, d.name, d.parent, t.path || d.name, t.level + 1 FROM dept d JOIN t ON d.parent = t.id)
    SELECT id, json_build_object('id', id, 'name', name, 'path', path, 'pathText', array_to_string(path, ' / '), 'level', level,
        'parent', parent) AS data FROM t;
CREATE VIEW dept_children AS
    SELECT d.id, jsonb_build_object('name', d.name, 'children', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name) ORDER BY c.name), '[]')
        FROM dept c WHERE c.parent = d.id), 'isLeaf', NOT EXISTS (SELECT 1 FROM dept c WHERE c.parent = d.id)) AS data FROM dept d;
CREATE VIEW dept_total AS
    WITH RECURSIVE below (root, id) AS (SELECT id, id FROM dept UNION SELECT b.root, d.id FROM below b JOIN dept d ON d.parent = b.id)
    SELECT b.root AS id, jsonb_build_object('total', sum(d.head_count), 'members', jsonb_agg(d.name), 'ids', array_agg(b.id)) AS data
    FROM below b JOIN dept d ON d.id = b.id GROUP BY b.root;
CREATE VIEW exploded_bom AS
    WITH RECURSIVE x AS (
        SELECT assembly AS top, component, qty, 1 AS depth, jsonb_build_object('part', component) AS node FROM bom
        UNION ALL SELECT x.top, b.component, x.qty * b.qty, x.depth + 1, x.node || jsonb_build_object('via', x.component, 'part', b.component)
        FROM x JOIN bom b ON b.assembly = x.component WHERE x.depth < 4)
    SELECT x.top AS id, jsonb_build_object('component', x.component, 'qty', x.qty, 'descr', p.descr, 'node', x.node) AS data
    FROM x LEFT JOIN part p ON p.part_no = x.component;
